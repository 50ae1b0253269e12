/// What a regular expression consists of.
indirect enum CELRegexPiece: Hashable, Sendable {
    case set(CELCharacterSet)
    case assert(CELRegex.Assertion)
    case sequence([CELRegexPiece])
    case alternatives([CELRegexPiece])
    case repetition(CELRegexPiece, least: Int, most: Int?)
}

/// Reads a regular expression (RE2's syntax without Unicode classes).
struct CELRegexParser {
    typealias Invalid = CELRegex.Invalid

    /// `(?i)`, `(?s)` and `(?m)` as they stand now.
    private struct Flags {
        var ignoresCase = false
        var dotIsAnything = false
        var isMultiline = false
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var flags = Flags()
    private var depth = 0

    static func parse(_ pattern: String) throws(Invalid) -> CELRegexPiece {
        let scalars = Array(pattern.unicodeScalars)
        guard scalars.count <= 1000 else {
            throw Invalid(description: "the regular expression is longer than 1000 characters")
        }
        var parser = CELRegexParser(scalars)
        let piece = try parser.alternatives()
        guard parser.position == scalars.count else { throw parser.invalid("an unmatched ')'") }
        return piece
    }

    private init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private func invalid(_ what: String) -> Invalid {
        Invalid(description: "the regular expression has \(what) at character \(position + 1)")
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func starts(with text: String) -> Bool {
        scalars[position...].starts(with: text.unicodeScalars)
    }

    private mutating func take(_ text: String) -> Bool {
        guard starts(with: text) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func alternatives() throws(Invalid) -> CELRegexPiece {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 50 else { throw invalid("too many nested groups") }
        var pieces = [try sequence()]
        while take("|") { pieces.append(try sequence()) }
        return pieces.count == 1 ? pieces[0] : .alternatives(pieces)
    }

    private mutating func sequence() throws(Invalid) -> CELRegexPiece {
        var pieces: [CELRegexPiece] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            if starts(with: "(?"), try inlineFlags() { continue }
            pieces.append(try repeated(try atom()))
        }
        return pieces.count == 1 ? pieces[0] : .sequence(pieces)
    }

    /// `(?i)` and its like, which hold to the end of the group; false when it is a group.
    private mutating func inlineFlags() throws(Invalid) -> Bool {
        var ahead = position + 2
        var isOn = true
        var flags = self.flags
        while ahead < scalars.count {
            switch scalars[ahead] {
            case "i": flags.ignoresCase = isOn
            case "s": flags.dotIsAnything = isOn
            case "m": flags.isMultiline = isOn
            case "-": isOn = false
            case "U": break
            case ")":
                self.flags = flags
                position = ahead + 1
                return true
            default: return false
            }
            ahead += 1
        }
        return false
    }

    private mutating func repeated(_ piece: CELRegexPiece) throws(Invalid) -> CELRegexPiece {
        var piece = piece
        var isRepeated = false
        while let scalar = current {
            let bounds: (Int, Int?)
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try counts() else { return piece }
                bounds = counted
                position -= 1
            default: return piece
            }
            guard !isRepeated else { throw invalid("a repetition of a repetition") }
            position += 1
            // Lazy or not, whether it matches is the same.
            _ = take("?")
            isRepeated = true
            piece = .repetition(piece, least: bounds.0, most: bounds.1)
        }
        return piece
    }

    /// `{2}`, `{2,}` or `{2,5}` as bounds, positioned behind it; nil when the brace stands for itself.
    private mutating func counts() throws(Invalid) -> (Int, Int?)? {
        let start = position
        guard let end = scalars[position...].firstIndex(of: "}") else { return nil }
        let text = String(String.UnicodeScalarView(scalars[position + 1..<end]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let isDigits = { (part: Substring) in
            !part.isEmpty && part.count <= 6 && part.utf8.allSatisfy { (48...57).contains($0) }
        }
        guard (1...2).contains(parts.count), isDigits(parts[0]),
            parts.count == 1 || parts[1].isEmpty || isDigits(parts[1]),
            let least = Int(parts[0])
        else { return nil }
        let most = parts.count == 1 ? least : Int(parts[1])
        guard least <= 1000, most ?? 0 <= 1000, most.map({ $0 >= least }) ?? true else {
            position = start
            throw invalid("a count that is not in the range")
        }
        position = end + 1
        return (least, most)
    }

    private mutating func atom() throws(Invalid) -> CELRegexPiece {
        guard let scalar = current else { throw invalid("no end") }
        switch scalar {
        case "(": return try group()
        case "[": return .set(folded(try bracket()))
        case "\\": return try escape()
        case "*", "+", "?": throw invalid("nothing to repeat")
        case ".":
            position += 1
            return .set(flags.dotIsAnything ? .any : .notNewline)
        case "^":
            position += 1
            return .assert(flags.isMultiline ? .startOfLine : .startOfText)
        case "$":
            position += 1
            return .assert(flags.isMultiline ? .endOfLine : .endOfText)
        default:
            position += 1
            return .set(folded(CELCharacterSet(ranges: [scalar.value...scalar.value])))
        }
    }

    private func folded(_ set: CELCharacterSet) -> CELCharacterSet {
        flags.ignoresCase ? set.foldingCase : set
    }

    private mutating func group() throws(Invalid) -> CELRegexPiece {
        let saved = flags
        defer { flags = saved }
        position += 1
        if take("?") {
            if take("P<") || (starts(with: "<") && !starts(with: "<=") && !starts(with: "<!")) {
                _ = take("<")
                while let scalar = current, CELCharacterSet.word.contains(scalar) { position += 1 }
                guard take(">") else { throw invalid("a name of a group that does not end") }
            } else if !take(":") {
                try scopedFlags()
            }
        }
        let piece = try alternatives()
        guard take(")") else { throw invalid("a group that does not end") }
        return piece
    }

    private mutating func scopedFlags() throws(Invalid) {
        var isOn = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "s": flags.dotIsAnything = isOn
            case "m": flags.isMultiline = isOn
            case "-": isOn = false
            case ":": return
            default: throw invalid("a kind of group that is not supported")
            }
        }
        throw invalid("a group that does not end")
    }

    // MARK: Classes

    private static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127],
        "blank": [9...9, 32...32], "cntrl": [0...31, 127...127], "digit": [48...57],
        "graph": [33...126], "lower": [97...122], "print": [32...126],
        "punct": [33...47, 58...64, 91...96, 123...126], "space": [9...13, 32...32],
        "upper": [65...90], "word": [48...57, 65...90, 95...95, 97...122],
        "xdigit": [48...57, 65...70, 97...102],
    ]

    private mutating func bracket() throws(Invalid) -> CELCharacterSet {
        position += 1
        var set = CELCharacterSet()
        let isNegated = take("^")
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            if starts(with: "[:") {
                set.ranges += try namedClass()
                continue
            }
            let (low, inner) = try classMember()
            if let inner {
                set.ranges += inner
                continue
            }
            guard starts(with: "-"), position + 1 < scalars.count, scalars[position + 1] != "]"
            else {
                set.ranges.append(low...low)
                continue
            }
            position += 1
            let (high, other) = try classMember()
            guard other == nil, high >= low else { throw invalid("a range that is none") }
            set.ranges.append(low...high)
        }
        guard take("]") else { throw invalid("a class that does not end") }
        if flags.ignoresCase { set = set.foldingCase }
        set.isNegated = isNegated
        return set
    }

    private mutating func namedClass() throws(Invalid) -> [ClosedRange<UInt32>] {
        for (name, ranges) in Self.named.sorted(by: { $0.key < $1.key }) {
            if take("[:\(name):]") { return ranges }
            if take("[:^\(name):]") {
                return CELCharacterSet(ranges: ranges, isNegated: true).positiveRanges
            }
        }
        throw invalid("a class of a name that is not known")
    }

    /// One character of a class, or the ranges of `\d` and its like.
    private mutating func classMember() throws(Invalid) -> (UInt32, [ClosedRange<UInt32>]?) {
        guard let scalar = current else { throw invalid("a class that does not end") }
        guard scalar == "\\" else {
            position += 1
            return (scalar.value, nil)
        }
        let piece = try escape()
        guard case .set(let set) = piece else { throw invalid("an assertion in a class") }
        if !set.isNegated, set.ranges.count == 1, set.ranges[0].count == 1 {
            return (set.ranges[0].lowerBound, nil)
        }
        return (0, set.positiveRanges)
    }

    private mutating func escape() throws(Invalid) -> CELRegexPiece {
        position += 1
        guard let letter = current else { throw invalid("a backslash at its end") }
        position += 1
        switch letter {
        case "d": return .set(.digit)
        case "D": return .set(CELCharacterSet.digit.negated)
        case "w": return .set(.word)
        case "W": return .set(CELCharacterSet.word.negated)
        case "s": return .set(.space)
        case "S": return .set(CELCharacterSet.space.negated)
        case "b": return .assert(.wordBoundary)
        case "B": return .assert(.notWordBoundary)
        case "A": return .assert(.startOfText)
        case "z": return .assert(.endOfText)
        case "n": return literal(10)
        case "t": return literal(9)
        case "r": return literal(13)
        case "f": return literal(12)
        case "v": return literal(11)
        case "a": return literal(7)
        case "x": return literal(try hexadecimal())
        case "p", "P": throw invalid("a Unicode class, which is not supported,")
        default:
            let isPunctuation = letter.isASCII && !CELCharacterSet.word.contains(letter)
            guard isPunctuation || !letter.isASCII || letter == "_" else {
                throw invalid("an unknown escape \\\(letter)")
            }
            return .set(folded(CELCharacterSet(ranges: [letter.value...letter.value])))
        }
    }

    private func literal(_ value: UInt32) -> CELRegexPiece {
        .set(CELCharacterSet(ranges: [value...value]))
    }

    private mutating func hexadecimal() throws(Invalid) -> UInt32 {
        var digits = ""
        if take("{") {
            while let scalar = current, scalar != "}" {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw invalid("an escape that does not end") }
        } else {
            digits = String(String.UnicodeScalarView(scalars[position...].prefix(2)))
            position += digits.unicodeScalars.count
        }
        guard (1...8).contains(digits.count), digits.allSatisfy(\.isHexDigit),
            let value = UInt32(digits, radix: 16), value <= 0x10ffff
        else { throw invalid("an escape that is no character") }
        return value
    }
}
