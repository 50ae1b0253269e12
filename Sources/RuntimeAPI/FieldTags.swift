/// Spells out the three letters of a typed field for JSON (management.txt §9.1).
enum FieldTags {
    /// `"origin":"Metric","nature":"Gauge","scope":"Process"` for `MGP`.
    static func json(_ tags: String) -> String {
        let letters = Array(tags)
        guard letters.count == 3 else { return "" }
        let origin = origins[letters[0]] ?? "Unknown"
        let nature = natures[letters[1]] ?? "Unknown"
        let scope = scopes[letters[2]] ?? "Unknown"
        return "\"origin\":\"\(origin)\",\"nature\":\"\(nature)\",\"scope\":\"\(scope)\""
    }

    private static let origins: [Character: String] = [
        "M": "Metric", "S": "Status", "K": "Key", "C": "Config", "P": "Product",
    ]

    private static let natures: [Character: String] = [
        "A": "Age", "a": "Avg", "C": "Counter", "D": "Duration", "G": "Gauge", "L": "Limit",
        "M": "Max", "m": "Min", "N": "Name", "O": "Output", "R": "Rate", "T": "Time",
    ]

    private static let scopes: [Character: String] = [
        "C": "Cluster", "P": "Process", "S": "Service", "s": "System",
    ]
}
