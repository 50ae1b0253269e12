/// A map of the language: keys in the order in which they were written, found by value.
package struct CELMap: Sendable {
    /// What a key is equal by: numbers by value whatever their type, text by its code points.
    enum Key: Hashable, Sendable {
        case bool(Bool)
        case signed(Int64)
        case unsigned(UInt64)
        case text([UInt8])

        init?(_ value: CELValue) {
            switch value {
            case .bool(let flag): self = .bool(flag)
            case .int(let number): self = .signed(number)
            case .uint(let number):
                self = Int64(exactly: number).map(Key.signed) ?? .unsigned(number)
            case .double(let number):
                if let whole = Int64(exactly: number) {
                    self = .signed(whole)
                } else if let whole = UInt64(exactly: number) {
                    self = .unsigned(whole)
                } else {
                    return nil
                }
            case .string(let text): self = .text(Array(text.utf8))
            default: return nil
            }
        }
    }

    private(set) var keys: [CELValue] = []
    private(set) var values: [CELValue] = []
    private var places: [Key: Int] = [:]

    package init() {}

    /// A map from texts, in the order of the keys.
    package init(_ texts: [String: CELValue]) {
        for (key, value) in texts.sorted(by: { $0.key < $1.key }) { insert(.string(key), value) }
    }

    var count: Int { keys.count }

    /// False when the key is there already, or cannot be a key.
    @discardableResult
    mutating func insert(_ key: CELValue, _ value: CELValue) -> Bool {
        guard let place = Key(key), places[place] == nil else { return false }
        places[place] = keys.count
        keys.append(key)
        values.append(value)
        return true
    }

    func find(_ key: CELValue) -> CELValue? {
        guard let key = Key(key), let place = places[key] else { return nil }
        return values[place]
    }

    func equals(_ other: CELMap) -> Bool {
        count == other.count
            && zip(keys, values).allSatisfy { key, value in
                other.find(key).map { CELValue.areEqual($0, value) } ?? false
            }
    }
}
