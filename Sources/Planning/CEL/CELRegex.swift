/// A regular expression in RE2's syntax, matched in time linear in the text whatever the expression.
///
/// Not part of this subset and refused by name: Unicode classes (`\p{…}`), back-references and
/// look-around, which RE2 does not have either. Groups only group.
package struct CELRegex: Sendable {
    /// The expression is not one; says why.
    struct Invalid: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// One step of the automaton.
    enum Instruction: Sendable {
        case set(CELCharacterSet)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    /// A condition between two characters.
    enum Assertion: Hashable, Sendable {
        case startOfText, endOfText, startOfLine, endOfLine, wordBoundary, notWordBoundary
    }

    let program: [Instruction]

    init(_ pattern: String) throws(Invalid) {
        let piece = try CELRegexParser.parse(pattern)
        var compiler = Compiler()
        try compiler.emit(piece)
        compiler.program.append(.match)
        program = compiler.program
    }

    /// Steps that matching this many characters takes at most.
    func cost(of count: Int) -> Int { 1 + (count + 1) * program.count / 4 }

    /// Whether the expression matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var current = ThreadList(program.count)
        var next = ThreadList(program.count)
        for index in 0...scalars.count {
            let context = Context(scalars: scalars, index: index)
            if follow(0, into: &current, context) { return true }
            guard index < scalars.count else { return false }
            next.removeAll()
            let following = Context(scalars: scalars, index: index + 1)
            for place in current.places {
                guard case .set(let set) = program[place], set.contains(scalars[index]) else {
                    continue
                }
                if follow(place + 1, into: &next, following) { return true }
            }
            swap(&current, &next)
        }
        return false
    }

    /// Adds a place and all that can be reached from it without a character; true at the match.
    private func follow(_ start: Int, into list: inout ThreadList, _ context: Context) -> Bool {
        var stack = [start]
        while let place = stack.popLast() {
            guard list.insert(place) else { continue }
            switch program[place] {
            case .match: return true
            case .jump(let target): stack.append(target)
            case .split(let first, let second): stack += [second, first]
            case .assert(let assertion):
                if context.holds(assertion) { stack.append(place + 1) }
            case .set: break
            }
        }
        return false
    }

    /// Where in the text an assertion is looked at.
    private struct Context {
        let scalars: [Unicode.Scalar]
        let index: Int

        func holds(_ assertion: Assertion) -> Bool {
            let before = index > 0 ? scalars[index - 1] : nil
            let after = index < scalars.count ? scalars[index] : nil
            let isBoundary =
                (before.map(CELCharacterSet.word.contains) ?? false)
                != (after.map(CELCharacterSet.word.contains) ?? false)
            return switch assertion {
            case .startOfText: before == nil
            case .endOfText: after == nil
            case .startOfLine: before == nil || before == "\n"
            case .endOfLine: after == nil || after == "\n"
            case .wordBoundary: isBoundary
            case .notWordBoundary: !isBoundary
            }
        }
    }

    /// Places of the automaton that are alive, each once.
    private struct ThreadList {
        private(set) var places: [Int] = []
        private var isIn: [Bool]

        init(_ count: Int) { isIn = Array(repeating: false, count: count) }

        mutating func insert(_ place: Int) -> Bool {
            guard !isIn[place] else { return false }
            isIn[place] = true
            places.append(place)
            return true
        }

        mutating func removeAll() {
            for place in places { isIn[place] = false }
            places.removeAll(keepingCapacity: true)
        }
    }

    /// Turns the parsed expression into the automaton (Thompson's construction).
    private struct Compiler {
        var program: [Instruction] = []

        mutating func emit(_ piece: CELRegexPiece) throws(Invalid) {
            guard program.count < 5000 else {
                throw Invalid(description: "the regular expression is too large")
            }
            switch piece {
            case .set(let set): program.append(.set(set))
            case .assert(let assertion): program.append(.assert(assertion))
            case .sequence(let pieces): for piece in pieces { try emit(piece) }
            case .alternatives(let pieces): try emitAlternatives(pieces)
            case .repetition(let inner, let least, let most):
                for _ in 0..<least { try emit(inner) }
                guard let most else { return try emitLoop(inner) }
                try emitOptional(inner, most - least)
            }
        }

        private mutating func emitAlternatives(_ pieces: [CELRegexPiece]) throws(Invalid) {
            var ends: [Int] = []
            for (number, piece) in pieces.enumerated() {
                guard number < pieces.count - 1 else {
                    try emit(piece)
                    break
                }
                let split = program.count
                program.append(.match)
                try emit(piece)
                ends.append(program.count)
                program.append(.match)
                program[split] = .split(split + 1, program.count)
            }
            for end in ends { program[end] = .jump(program.count) }
        }

        private mutating func emitLoop(_ inner: CELRegexPiece) throws(Invalid) {
            let split = program.count
            program.append(.match)
            try emit(inner)
            program.append(.jump(split))
            program[split] = .split(split + 1, program.count)
        }

        private mutating func emitOptional(_ inner: CELRegexPiece, _ count: Int) throws(Invalid) {
            var splits: [Int] = []
            for _ in 0..<count {
                splits.append(program.count)
                program.append(.match)
                try emit(inner)
            }
            for split in splits { program[split] = .split(split + 1, program.count) }
        }
    }
}

/// Characters that a place of a regular expression takes.
struct CELCharacterSet: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    static let digit = CELCharacterSet(ranges: [48...57])
    static let word = CELCharacterSet(ranges: [48...57, 65...90, 95...95, 97...122])
    static let space = CELCharacterSet(ranges: [9...10, 12...13, 32...32])
    static let any = CELCharacterSet(ranges: [0...0x10ffff])
    static let notNewline = CELCharacterSet(ranges: [10...10], isNegated: true)

    var negated: CELCharacterSet { CELCharacterSet(ranges: ranges, isNegated: !isNegated) }

    /// The same without `isNegated`, so that it can be joined to another.
    var positiveRanges: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10ffff { result.append(next...0x10ffff) }
        return result
    }

    /// With the other case of every ASCII letter.
    var foldingCase: CELCharacterSet {
        var folded = self
        for range in ranges {
            let upper = max(range.lowerBound, 65)...max(65, min(range.upperBound, 90))
            if range.overlaps(65...90) {
                folded.ranges.append(upper.lowerBound + 32...upper.upperBound + 32)
            }
            let lower = max(range.lowerBound, 97)...max(97, min(range.upperBound, 122))
            if range.overlaps(97...122) {
                folded.ranges.append(lower.lowerBound - 32...lower.upperBound - 32)
            }
        }
        return folded
    }
}
