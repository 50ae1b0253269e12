/// Rules that change maps and pattern lists: noted here, done by the control thread.
extension Evaluation {
    /// What stands before key and value: the list in 4 bytes, what to do, and both lengths in 4 bytes each.
    private static let headerSize = 13

    /// Notes a change; one there is no room for in this turn is counted and left out.
    @inline(never)
    mutating func changeList(_ action: RuleAction) {
        let key = text(of: action.format)
        let value = action.second.isEmpty ? ByteSlice.empty : text(of: action.second)
        guard Self.headerSize + key.count + value.count <= listEdits.capacity - listEdits.count
        else {
            lostListEdits &+= 1
            return
        }
        let kind: ListChange.Kind = action.code == .removeEntry ? .remove : .set
        append(Int(action.number))
        listEdits.append(byte: kind.rawValue)
        append(key.count)
        append(value.count)
        listEdits.append(key)
        listEdits.append(value)
    }

    private mutating func append(_ number: Int) {
        for shift in [24, 16, 8, 0] {
            listEdits.append(byte: UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Takes what was noted since the last call.
    mutating func takeListChanges() -> [ListChange] {
        defer { listEdits.reset() }
        var rest = listEdits.slice(from: 0)
        var changes: [ListChange] = []
        while rest.count >= Self.headerSize {
            let (keyCount, valueCount) = (Self.number(rest, at: 5), Self.number(rest, at: 9))
            let kind = ListChange.Kind(rawValue: rest[4]) ?? .set
            let texts = rest.dropFirst(Self.headerSize)
            changes.append(
                ListChange(
                    list: Self.number(rest, at: 0),
                    kind: kind,
                    key: String(decoding: texts.prefix(keyCount).array, as: UTF8.self),
                    value: String(
                        decoding: texts[keyCount..<keyCount + valueCount].array,
                        as: UTF8.self
                    )
                )
            )
            rest = texts.dropFirst(keyCount + valueCount)
        }
        return changes
    }

    private static func number(_ bytes: ByteSlice, at index: Int) -> Int {
        (0..<4).reduce(0) { $0 << 8 | Int(bytes[index + $1]) }
    }
}
