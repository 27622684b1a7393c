import Configuration
import Core
import Kafka
import Scheduling

/// Looks at the machine that a daemon is to run on.
struct MachineCheckup {
    let program: Program
    let draft: DaemonDraft

    // MARK: The clock

    /// Against the time before which this program was not there.
    func clock() -> [Finding] {
        let now = Instant.systemClock()
        // A machine whose battery is gone begins anew in the past.
        guard now >= Instant(seconds: 1_767_225_600) else {
            return [
                .error(
                    "clock",
                    nil,
                    "it says \(now.rfc3339()), which is past: schedules would run at the wrong times",
                    ["set it, and keep it right: timedatectl set-ntp true, or install chrony"],
                    .environment
                )
            ]
        }
        return [.ok("clock", nil, "it says \(now.rfc3339()); --ask compares it with the accounts' APIs")]
    }

    // MARK: Folders

    func folders() -> [Finding] {
        let cache = draft.cacheFolder ?? CacheFolder.standard { program.environment[$0] }.path
        var findings = folder("cache_folder", cache, enough: 1 << 30, least: 64 << 20)
        do throws(PublishError) {
            var locks = draft.lockFolder
            if locks == nil { locks = try LockFolder.standard { program.environment[$0] }.path }
            findings += folder("lock_folder", locks ?? "", enough: 16 << 20, least: 1 << 20)
        } catch {
            findings += Finding.errors("lock_folder", nil, error)
        }
        return findings
    }

    private func folder(_ name: String, _ path: String, enough: UInt64, least: UInt64) -> [Finding] {
        let option = "--" + name.replacing("_", with: "-")
        guard LockFolder.prepare(path) else {
            return [
                .error(
                    name,
                    nil,
                    "\(path) cannot be made or written to by uid \(HostFacts.user)",
                    ["make it and give it to that user, or name another by \(option)"]
                )
            ]
        }
        guard let free = HostFacts.freeBytes(path) else {
            return [.ok(name, nil, "\(path) can be written to")]
        }
        let text = "\(path) can be written to, and \(free >> 20) MiB are free"
        if free < least {
            let remedy = "make room there, or name another by \(option)"
            return [.error(name, nil, text, [remedy], .environment)]
        }
        return free < enough
            ? [.warning(name, nil, text, "make room there, or name another by \(option)")]
            : [.ok(name, nil, text)]
    }

    // MARK: Time zones

    func zones() -> [Finding] {
        let zones = ZoneDatabase(environment: program.environment)
        guard let version = zones.version else {
            do throws(ScheduleError) {
                _ = try zones.zone("Europe/Berlin")
            } catch {
                let remedy = "install the package tzdata, or set TZDIR to the folder of the database"
                return [.error("time_zones", nil, "\(zones.folder) holds no time zone database", [remedy])]
            }
            return [.ok("time_zones", nil, "\(zones.folder) is there; of which release it is nothing says")]
        }
        let year = Int(version.prefix(4))
        let now = Int(Instant.systemClock().rfc3339().prefix(4))
        guard let year, let now, now - year > 1 else {
            return [.ok("time_zones", nil, "release \(version) in \(zones.folder)")]
        }
        return [
            .warning(
                "time_zones",
                nil,
                "release \(version) in \(zones.folder) is \(now - year) years old: rules may have changed since",
                "update the package tzdata; a daemon takes the new one without a restart"
            )
        ]
    }
}
