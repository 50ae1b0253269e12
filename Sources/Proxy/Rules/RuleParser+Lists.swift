extension RuleParser {
    /// `add-acl(list) key`, `del-acl(list) key`, `set-map(map) key value` and `del-map(map) key`; nil for every other.
    mutating func listAction(_ name: String, _ words: [String]) throws(RuleMistake) -> RuleAction? {
        let kinds: [String: (code: ActionCode, isMap: Bool)] = [
            "add-acl": (.setEntry, false), "del-acl": (.removeEntry, false),
            "set-map": (.setEntry, true), "del-map": (.removeEntry, true),
        ]
        guard let open = name.firstIndex(of: "("), let kind = kinds[String(name[..<open])] else {
            return nil
        }
        guard name.hasSuffix(")"), name.index(open, offsetBy: 2) < name.endIndex else {
            throw RuleMistake("'\(name[..<open])' expects the name of a list in parentheses")
        }
        let count = kind.isMap && kind.code == .setEntry ? 2 : 1
        guard words.count == count else {
            throw RuleMistake("expects exactly \(count) argument\(count == 1 ? "" : "s").")
        }
        let list = String(name[name.index(after: open)...].dropLast())
        var action = RuleAction(kind.code)
        action.number = Int64(try catalog.number(ofChanged: list, isMap: kind.isMap, at: origin))
        action.format = try format(words[0])
        if count == 2 { action.second = try format(words[1]) }
        return action
    }
}
