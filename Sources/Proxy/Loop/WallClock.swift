import Glibc

/// The time of day, and what a calendar makes of it.
package enum WallClock {
    /// Microseconds since 1970.
    package static var microseconds: Int64 {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }

    /// Seconds that local time is ahead of UTC at a moment.
    package static func localOffset(at seconds: Int64) -> Int64 {
        var moment = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe localtime_r(&moment, &parts) != nil else { return 0 }
        return Int64(unsafe parts.tm_gmtoff)
    }

    /// A moment as `strftime` writes it, in local time or UTC; at most 255 bytes.
    package static func text(_ seconds: Int64, format: ByteSlice, isLocal: Bool) -> [UInt8] {
        var moment = time_t(seconds)
        var parts = unsafe tm()
        let filled = unsafe isLocal ? localtime_r(&moment, &parts) : gmtime_r(&moment, &parts)
        guard unsafe filled != nil else { return [] }
        let pattern = format.array.map { CChar(bitPattern: $0) } + [0]
        var output = [CChar](repeating: 0, count: 256)
        let count = unsafe strftime(&output, output.count, pattern, &parts)
        return output.prefix(count).map { UInt8(bitPattern: $0) }
    }
}
