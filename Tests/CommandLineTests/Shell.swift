import Glibc

/// Runs a program and takes what it prints.
enum Shell {
    struct Failure: Error { var code: Int32 }

    static func output(of words: [String]) throws -> String {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw Failure(code: errno) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
        var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, words[0], &actions, nil, &pointers, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else { throw Failure(code: code) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while case let count = unsafe read(ends[0], &block, block.count), count > 0 {
            bytes += block.prefix(count)
        }
        var status: Int32 = 0
        unsafe waitpid(child, &status, 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
