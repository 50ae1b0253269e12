import Foundation
import Stage

/// What was measured, as a Markdown table with limits.
struct BenchReport {
    /// One line: what, how much, and what it must keep.
    struct Line {
        let subject: String
        let value: String
        let limit: String
        let holds: Bool
    }

    /// One table with the method in a sentence above it.
    struct Section {
        let title: String
        let method: String
        var rows: [[String]] = []
    }

    private(set) var sections: [Section] = []
    private(set) var lines: [Line] = []

    var holds: Bool { lines.allSatisfy(\.holds) }

    mutating func add(_ section: Section) { sections.append(section) }

    /// Judges one number; `limit` is what it may be at most.
    mutating func judge(_ subject: String, _ value: Double, unit: String, limit: Double) {
        lines.append(
            Line(
                subject: subject,
                value: Self.text(value) + unit,
                limit: Self.text(limit) + unit,
                holds: value <= limit
            )
        )
    }

    /// Judges one number that must be at least `atLeast`.
    mutating func judge(_ subject: String, _ value: Double, unit: String, atLeast floor: Double) {
        lines.append(
            Line(
                subject: subject,
                value: Self.text(value) + unit,
                limit: "≥ \(Self.text(floor))\(unit)",
                holds: value >= floor
            )
        )
    }

    static func text(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : "%.0f", value)
    }

    func markdown(date: Date, machine: String) -> String {
        var text = "# Measured \(Self.day(date))\n\n\(machine)\n"
        if !lines.isEmpty {
            text += "\n| what | measured | limit | |\n|---|---|---|---|\n"
            for line in lines {
                text +=
                    "| \(line.subject) | \(line.value) | \(line.limit) | \(line.holds ? "holds" : "**missed**") |\n"
            }
        }
        for section in sections {
            text += "\n## \(section.title)\n\n\(section.method)\n\n"
            guard let head = section.rows.first else { continue }
            text += "| \(head.joined(separator: " | ")) |\n|\(head.map { _ in "---|" }.joined())\n"
            for row in section.rows.dropFirst() { text += "| \(row.joined(separator: " | ")) |\n" }
        }
        return text
    }

    /// Writes `Tests/Benchmarks/Results/<day>.md`.
    func save(_ text: String, date: Date) throws {
        let path = "\(Programs.top)/Tests/Benchmarks/Results/\(Self.day(date)).md"
        try Data(text.utf8).write(to: URL(filePath: path))
        print("saved as Tests/Benchmarks/Results/\(Self.day(date)).md")
    }

    private static func day(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day())
    }
}

/// What the numbers were measured on.
enum Machine {
    static var description: String {
        let text = String(
            decoding: FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data(),
            as: UTF8.self
        )
        let lines = text.split(separator: "\n")
        let model =
            lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last ?? " unknown CPU"
        let count = lines.count { $0.hasPrefix("processor") }
        let kernel = String(
            decoding: FileManager.default.contents(atPath: "/proc/sys/kernel/osrelease") ?? Data(),
            as: UTF8.self
        )
        return
            "\(count) ×\(model), Linux \(kernel.trimmingCharacters(in: .whitespacesAndNewlines))."
    }
}
