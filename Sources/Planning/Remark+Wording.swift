import Model

extension Remark {
    /// The first few names and how many more there are: `a, b, c and 4 more`.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
    }
}
