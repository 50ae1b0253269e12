import BootConfig
import Model

extension ConfigParser {
    /// Keywords of `global` about the process itself; false for any other.
    mutating func parse(process line: BootLine) -> Bool {
        let value = line.words.count > 1 ? line.words[1] : nil
        switch line.keyword {
        case "daemon":
            configuration.process.isDaemon = true
            expectEnd(of: line, after: 1)
            return true
        case "master-worker":
            configuration.process.hasMaster = true
            expectEnd(of: line, after: 1)
            return true
        case "hard-stop-after":
            configuration.process.hardStopAfter = duration(line, at: 1)
        case "chroot", "user", "group", "uid", "gid":
            guard let value else {
                report("'\(line.keyword)' expects an argument.", at: line.origin)
                return true
            }
            setIdentity(value, line)
        default: return false
        }
        expectEnd(of: line, after: 2)
        return true
    }

    private mutating func setIdentity(_ value: String, _ line: BootLine) {
        switch line.keyword {
        case "chroot": configuration.process.root = value
        case "user": configuration.process.user = .name(value)
        case "group": configuration.process.group = .name(value)
        default:
            guard let number = integer(line, 0...Int(UInt32.max)) else { return }
            if line.keyword == "uid" {
                configuration.process.user = .number(UInt32(number))
            } else {
                configuration.process.group = .number(UInt32(number))
            }
        }
    }
}
