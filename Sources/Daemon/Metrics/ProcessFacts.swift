import Glibc

/// What the kernel tells of this process, from `/proc`.
struct ProcessFacts: Equatable {
    var processorSeconds: Double
    var residentBytes: Int
    var virtualBytes: Int
    var threads: Int
    /// Seconds since the epoch; nil where the machine's own start is not known.
    var began: Double?

    /// Reads the line of `/proc/self/stat`, and of `/proc/stat` when the machine started.
    init?(stat: String, machine: String, ticksPerSecond: Int, pageSize: Int) {
        // The name of the process, in brackets, may hold brackets and spaces itself.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        // From the third field on.
        let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
        func field(_ number: Int) -> Int? { number - 3 < fields.count ? Int(fields[number - 3]) : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let pages = field(24), ticksPerSecond > 0
        else { return nil }
        processorSeconds = Double(user + system) / Double(ticksPerSecond)
        residentBytes = pages * pageSize
        virtualBytes = virtual
        self.threads = threads
        let boot = machine.split(separator: "\n").first { $0.hasPrefix("btime ") }
        began = boot.flatMap { Double($0.dropFirst("btime ".count)) }
            .map { $0 + Double(start) / Double(ticksPerSecond) }
    }

    /// This process now; nil where there is no `/proc`.
    static func current() -> ProcessFacts? {
        guard let stat = text(of: "/proc/self/stat") else { return nil }
        return ProcessFacts(
            stat: stat,
            machine: text(of: "/proc/stat") ?? "",
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)),
            pageSize: sysconf(Int32(_SC_PAGESIZE))
        )
    }

    /// How many descriptors are open.
    static func openDescriptors() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe _ = closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the one that looks.
        return max(0, count - 3)
    }

    /// How many descriptors may be open; infinite where there is no limit.
    static func descriptorLimit() -> Double? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else {
            return nil
        }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }

    private static func text(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        // These files are made when they are read: one read gives what there is, up to so much.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            count = max(0, unsafe read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
