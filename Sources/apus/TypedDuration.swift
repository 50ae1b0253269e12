import ArgumentParser

/// A duration as a person types it on the command line: `500ms`, `10s`, `2m`, `24h`, `7d`.
struct TypedDuration: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [(String, Int)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        guard let (unit, size) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Int(argument.dropLast(unit.count)), number > 0, number < 1_000_000
        else { return nil }
        duration = .milliseconds(number * size)
    }

    init(_ duration: Duration) { self.duration = duration }

    var defaultValueDescription: String {
        let seconds = duration.components.seconds
        return seconds >= 7_200 && seconds % 3_600 == 0 ? "\(seconds / 3_600)h" : "\(seconds)s"
    }
}
