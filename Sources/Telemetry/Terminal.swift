import Glibc

/// What an output can do.
package struct Terminal: Sendable {
    /// Columns and rows.
    package struct Size: Equatable, Sendable {
        package var columns: Int
        package var rows: Int

        /// A size.
        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    /// Whether lines can be redrawn.
    package var isInteractive: Bool
    package var hasColors: Bool
    /// Asked at each drawing: windows change.
    package var size: @Sendable () -> Size

    /// A terminal as described.
    package init(
        isInteractive: Bool,
        hasColors: Bool,
        size: @escaping @Sendable () -> Size = { Size(columns: 80, rows: 24) }
    ) {
        self.isInteractive = isInteractive
        self.hasColors = hasColors
        self.size = size
    }

    /// The width that what is printed once should keep to; nil where nobody looks and nothing may be wrapped.
    package var printedWidth: Int? { isInteractive ? size().columns : nil }

    /// What stands behind a descriptor; `NO_COLOR` and `TERM=dumb` are honoured.
    package static func behind(_ descriptor: Int32, environment: (String) -> String?) -> Terminal {
        let isInteractive = isatty(descriptor) == 1 && environment("TERM") != "dumb"
        let refusesColors = !(environment("NO_COLOR") ?? "").isEmpty
        // What a terminal does not know of itself, as one behind a serial line, the shell's variables may say.
        let told = Size(
            columns: environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80,
            rows: environment("LINES").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 24
        )
        return Terminal(
            isInteractive: isInteractive,
            hasColors: isInteractive && !refusesColors,
            size: { windowSize(of: descriptor) ?? told }
        )
    }

    private static func windowSize(of descriptor: Int32) -> Size? {
        var window = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0
        else { return nil }
        return Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }
}
