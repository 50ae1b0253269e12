import FoundationEssentials
import Synchronization

/// The machine's time zone database (RFC 8536, `/usr/share/zoneinfo`), for policies that name a zone.
package enum TimeZoneDatabase {
    /// Times at which a zone's offset changes, and the offset from each on.
    struct Zone: Sendable {
        let times: [Int64]
        let offsets: [Int]
        /// Before the first change.
        let first: Int

        func offset(at seconds: Int64) -> Int {
            guard let index = times.lastIndex(where: { $0 <= seconds }) else { return first }
            return offsets[index]
        }
    }

    private static let zones = Mutex<[String: Zone?]>([:])

    /// Seconds east of UTC in a zone such as `Europe/Paris`; nil when the machine does not know it.
    ///
    /// After the last change that the file lists the last offset stands; files list them up to 2037.
    @Sendable package static func offset(_ name: String, _ seconds: Int64) -> Int? {
        zones.withLock { zones in
            if let known = zones[name] { return known?.offset(at: seconds) }
            if zones.count > 100 { zones = [:] }
            let zone = read(name)
            zones[name] = .some(zone)
            return zone?.offset(at: seconds)
        }
    }

    private static func read(_ name: String) -> Zone? {
        let isName =
            !name.isEmpty && name.utf8.count < 64 && !name.hasPrefix("/") && !name.contains("..")
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+")]
                        .contains(byte)
            }
        guard isName,
            let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"),
            data.count < 65_536
        else { return nil }
        return parse(Array(data))
    }

    /// Reads the 64-bit block of a TZif file.
    static func parse(_ bytes: [UInt8]) -> Zone? {
        guard bytes.count > 44, bytes.starts(with: Array("TZif".utf8)),
            bytes[4] >= UInt8(ascii: "2"),
            let short = Header(bytes, at: 0)
        else { return nil }
        let start = 44 + short.length(timeSize: 4)
        guard let long = Header(bytes, at: start),
            bytes.count >= start + 44 + long.length(timeSize: 8)
        else { return nil }
        let body = start + 44
        let indices = body + long.times * 8
        let types = indices + long.times
        func offset(_ type: Int) -> Int {
            Int(Int32(truncatingIfNeeded: integer(bytes, at: types + type * 6, size: 4)))
        }
        guard long.types > 0, (0..<long.times).allSatisfy({ Int(bytes[indices + $0]) < long.types })
        else { return nil }
        return Zone(
            times: (0..<long.times).map { integer(bytes, at: body + $0 * 8, size: 8) },
            offsets: (0..<long.times).map { offset(Int(bytes[indices + $0])) },
            first: offset(0)
        )
    }

    private static func integer(_ bytes: [UInt8], at start: Int, size: Int) -> Int64 {
        bytes[start..<start + size].reduce(0) { $0 << 8 | Int64($1) }
    }

    /// The six counts of a block.
    private struct Header {
        let isUTC: Int
        let isStandard: Int
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + 44, bytes[start...].starts(with: Array("TZif".utf8)) else {
                return nil
            }
            let counts = (0..<6).map { Int(integer(bytes, at: start + 20 + $0 * 4, size: 4)) }
            (isUTC, isStandard, leaps) = (counts[0], counts[1], counts[2])
            (times, types, characters) = (counts[3], counts[4], counts[5])
        }

        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + isStandard
                + isUTC
        }
    }
}
