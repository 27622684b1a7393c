import Glibc

/// What the process has used so far.
struct Usage {
    var cpuSeconds: Double
    var wallSeconds: Double

    static var now: Usage {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        let cpu =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        return Usage(cpuSeconds: cpu, wallSeconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// Anonymous memory resident now, in MB (`RssAnon` of /proc/self/status).
    static var anonymousMegabytes: Double {
        guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("RssAnon:") else { continue }
            return (Double(text.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) ?? 0) / 1024
        }
        return 0
    }
}
