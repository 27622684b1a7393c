/// The command: wiring only.
@main
struct Sluice {
    static func main() {}
}
