import Core
import Glibc
import Synchronization

/// One run of a program for what it prints: no shell, no input, a process group of its own, and a limit of time.
///
/// posix_spawn and not fork: librdkafka and curl have threads that a forked child would be left without.
struct CommandRun {
    let words: [String]
    let environment: [String: String]
    let limit: Duration

    /// One start at a time: between `pipe` and close-on-exec another program could inherit the pipe's end, and
    /// then hold it open.
    private static let starting = Locked(())

    /// What the program printed on its standard output.
    ///
    /// Its standard error goes nowhere: what it says about a secret could be the secret.
    func output(limit maximumBytes: Int) throws(ReadFailure) -> [UInt8] {
        let started = Self.starting.withLock { _ in Result { () throws(ReadFailure) in try start() } }
        let (child, output) = try started.get()
        defer { _ = close(output) }
        let deadline = ContinuousClock.now + limit
        let bytes: [UInt8]
        do {
            bytes = try read(output, until: deadline, limit: maximumBytes)
            try wait(for: child, until: deadline)
        } catch let failure {
            // Its children too: one of them may hold the pipe, or go on for ever.
            kill(-child, SIGKILL)
            _ = reap(child)
            throw failure
        }
        try check(status: reap(child))
        return bytes
    }

    private func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private func check(status: Int32) throws(ReadFailure) {
        let signal = status & 0x7F
        guard signal == 0 else {
            throw ReadFailure("the command was ended by signal \(signal); run it by hand to see why")
        }
        let code = status >> 8 & 0xFF
        guard code == 0 else {
            throw ReadFailure("the command ended with code \(code); run it by hand to see why")
        }
    }

    /// Starts the program; gives its number and the end of the pipe to read from.
    private func start() throws(ReadFailure) -> (child: pid_t, output: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw ReadFailure(errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { _ = close(ends[1]) }
        do {
            return (try spawn(output: ends[1]), ends[0])
        } catch let failure {
            _ = close(ends[0])
            throw failure
        }
    }

    /// The open descriptors that a program would inherit.
    private var inheritable: [Int32] {
        (3..<Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 4_096))).filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    private func spawn(output: Int32) throws(ReadFailure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        for descriptor in inheritable { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
        // A daemon blocks or ignores signals that a program expects to work.
        var mask = sigset_t()
        var defaults = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigfillset(&defaults)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags =
            Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var child: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let code = unsafe withCStrings(words) { arguments in
            unsafe withCStrings(variables) { variables in
                unsafe posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else { throw ReadFailure(errno: code) }
        return child
    }

    private func read(
        _ descriptor: Int32,
        until deadline: ContinuousClock.Instant,
        limit maximumBytes: Int
    ) throws(ReadFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = milliseconds(until: deadline)
            guard left > 0 else { throw timedOut }
            let ready = unsafe poll(&entry, 1, left)
            if ready < 0, errno != EINTR { throw ReadFailure(errno: errno) }
            guard ready > 0 else { continue }
            guard try FileBytes.append(from: descriptor, to: &bytes, limit: maximumBytes) else {
                return bytes
            }
        }
    }

    /// Waits for the program's end, which may come later than that of its output.
    private func wait(for child: pid_t, until deadline: ContinuousClock.Instant) throws(ReadFailure) {
        while true {
            var info = unsafe siginfo_t()
            // Without reaping it, so that its number stays taken while it may still have to be killed.
            let options = Int32(WEXITED) | Int32(WNOHANG) | Int32(WNOWAIT)
            guard unsafe waitid(P_PID, id_t(child), &info, options) == 0 || errno == EINTR else {
                throw ReadFailure(errno: errno)
            }
            if unsafe info.si_signo != 0 { return }
            guard milliseconds(until: deadline) > 0 else { throw timedOut }
            _ = poll(nil, 0, 5)
        }
    }

    private var timedOut: ReadFailure {
        ReadFailure("the command did not end within \(limit); run it by hand to see what it waits for")
    }

    private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = deadline - ContinuousClock.now
        guard left > .zero else { return 0 }
        // Rounded up, so as not to wake just before the deadline.
        return Int32(clamping: Int(left / .milliseconds(1)) + 1)
    }
}

/// Calls with a null-terminated array of C strings that lives as long as the call.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe body(&pointers)
}
