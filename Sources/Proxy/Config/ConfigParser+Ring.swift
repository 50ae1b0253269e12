import BootConfig
import Model

extension ConfigParser {
    /// A `ring` section (configuration.txt §3.9); servers that drain it are not supported.
    mutating func parse(ring section: BootSection) {
        guard !section.name.isEmpty else {
            return report("missing ring name.", at: section.origin)
        }
        let taken = ["stdout", "stderr"] + configuration.rings.map(\.name)
        guard !taken.contains(section.name) else {
            return report("sink named '\(section.name)' already exists.", at: section.origin)
        }
        var ring = RingConfiguration(name: section.name)
        for line in section.lines { apply(line, to: &ring) }
        configuration.rings.append(ring)
    }

    private mutating func apply(_ line: BootLine, to ring: inout RingConfiguration) {
        switch line.keyword {
        case "description":
            guard line.words.count > 1 else {
                return report("missing ring description text.", at: line.origin)
            }
            ring.about = line.arguments.joined(separator: " ")
        case "format":
            let name = line.words.count > 1 ? line.words[1] : ""
            guard let format = LogLineFormat(rawValue: name) else {
                return report("unknown format '\(name)'.", at: line.origin)
            }
            ring.format = format
        case "maxlen":
            guard let length = integer(line, 80...65_535) else { return }
            ring.maxlen = length
        case "size":
            guard let size = integer(line, 1024...(1 << 30)) else { return }
            ring.size = size
        default:
            report(
                "'\(line.keyword)' is not supported by apus-proxy in 'ring' sections.",
                at: line.origin
            )
        }
    }

    /// Every ring that a `log` line names must be there.
    mutating func settleRings() {
        let known = Set(configuration.rings.map(\.name))
        for (name, origin) in ringReferences.sorted(by: { $0.key < $1.key })
        where !known.contains(name) {
            report("'log' : ring '\(name)' is not declared.", at: origin)
        }
    }
}
