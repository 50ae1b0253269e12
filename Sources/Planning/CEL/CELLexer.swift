/// Splits an expression into words (the lexis of the CEL language definition).
struct CELLexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// All the words, the last one `.end`.
    static func tokens(of scalars: [Unicode.Scalar]) throws(CELFailure) -> [CELToken] {
        var lexer = CELLexer(scalars)
        var tokens: [CELToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        let index = position + ahead
        return index < scalars.count ? scalars[index] : nil
    }

    private mutating func next() throws(CELFailure) -> CELToken {
        skipSpace()
        let start = position
        guard let scalar = peek() else { return CELToken(kind: .end, offset: start) }
        if let token = try stringLiteral(at: start) { return token }
        if scalar.isIdentifierStart {
            return CELToken(kind: .identifier(word()), offset: start)
        }
        if scalar.isDigit || (scalar == "." && peek(1)?.isDigit == true) {
            return CELToken(kind: try number(), offset: start)
        }
        if scalar == "`" { return CELToken(kind: try backticked(), offset: start) }
        for symbol in ["&&", "||", "==", "!=", "<=", ">="]
        where symbol.unicodeScalars.elementsEqual(scalars[position...].prefix(2)) {
            position += 2
            return CELToken(kind: .symbol(symbol), offset: start)
        }
        guard "+-*/%<>!?:.,()[]{}".unicodeScalars.contains(scalar) else {
            throw CELFailure("'\(scalar.escaped(asASCII: true))' cannot stand here", at: start)
        }
        position += 1
        return CELToken(kind: .symbol(String(scalar)), offset: start)
    }

    private mutating func skipSpace() {
        while let scalar = peek() {
            if scalar == "/", peek(1) == "/" {
                while let next = peek(), next != "\n" { position += 1 }
            } else if "\t\n\u{c}\r ".unicodeScalars.contains(scalar) {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func word() -> String {
        var text = String.UnicodeScalarView()
        while let scalar = peek(), scalar.isIdentifierStart || scalar.isDigit {
            text.append(scalar)
            position += 1
        }
        return String(text)
    }

    private mutating func backticked() throws(CELFailure) -> CELToken.Kind {
        let start = position
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = peek(), scalar != "`" {
            guard
                scalar.isIdentifierStart || scalar.isDigit || ".-/ ".unicodeScalars.contains(scalar)
            else {
                throw CELFailure("a quoted field name holds letters, digits and _.-/", at: position)
            }
            text.append(scalar)
            position += 1
        }
        guard peek() == "`", !text.isEmpty else {
            throw CELFailure("the quoted field name does not end", at: start)
        }
        position += 1
        return .quotedIdentifier(String(text))
    }

    // MARK: Numbers

    private mutating func number() throws(CELFailure) -> CELToken.Kind {
        let start = position
        if peek() == "0", peek(1) == "x" || peek(1) == "X" {
            position += 2
            let digits = self.digits { $0.properties.isASCIIHexDigit }
            return try integer(digits, radix: 16, from: start)
        }
        var text = digits(where: \.isDigit)
        var isDouble = false
        if peek() == ".", peek(1)?.isDigit == true {
            isDouble = true
            position += 1
            text += "." + digits(where: \.isDigit)
        }
        if let exponent = exponent() {
            isDouble = true
            text += exponent
        }
        guard isDouble else { return try integer(text, radix: 10, from: start) }
        if text.hasPrefix(".") { text = "0" + text }
        guard let number = Double(text) else {
            throw CELFailure("'\(text)' is not a number", at: start)
        }
        try endOfNumber(start)
        return .double(number)
    }

    private mutating func exponent() -> String? {
        guard peek() == "e" || peek() == "E" else { return nil }
        let hasSign = peek(1) == "+" || peek(1) == "-"
        guard peek(hasSign ? 2 : 1)?.isDigit == true else { return nil }
        var text = "e"
        position += 1
        if hasSign, let sign = peek() {
            text.unicodeScalars.append(sign)
            position += 1
        }
        return text + digits(where: \.isDigit)
    }

    private mutating func integer(_ text: String, radix: Int, from start: Int) throws(CELFailure)
        -> CELToken.Kind
    {
        guard let number = UInt64(text, radix: radix) else {
            throw CELFailure("the number is not in the range of 64 bits", at: start)
        }
        if peek() == "u" || peek() == "U" {
            position += 1
            try endOfNumber(start)
            return .unsigned(number)
        }
        try endOfNumber(start)
        return .integer(number)
    }

    private func endOfNumber(_ start: Int) throws(CELFailure) {
        if let next = peek(), next.isIdentifierStart || next.isDigit {
            throw CELFailure("a number cannot be followed by '\(next)'", at: position)
        }
    }

    private mutating func digits(where isDigit: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = peek(), isDigit(scalar) {
            text.append(scalar)
            position += 1
        }
        return String(text)
    }

    // MARK: Strings

    /// A string or bytes literal with its prefix, when one begins here.
    private mutating func stringLiteral(at start: Int) throws(CELFailure) -> CELToken? {
        var ahead = 0
        var isBytes = false
        var isRaw = false
        if peek() == "b" || peek() == "B" {
            isBytes = true
            ahead += 1
        }
        if peek(ahead) == "r" || peek(ahead) == "R" {
            isRaw = true
            ahead += 1
        }
        guard let quote = peek(ahead), quote == "\"" || quote == "'" else { return nil }
        position += ahead + 1
        var isLong = false
        if peek() == quote, peek(1) == quote {
            isLong = true
            position += 2
        }
        var body = CELStringBody(isBytes: isBytes)
        while true {
            guard let scalar = peek(), isLong || (scalar != "\n" && scalar != "\r") else {
                throw CELFailure("the string does not end", at: start)
            }
            if scalar == quote, !isLong || (peek(1) == quote && peek(2) == quote) {
                position += isLong ? 3 : 1
                return CELToken(kind: body.kind, offset: start)
            }
            if scalar == "\\", !isRaw {
                try escape(into: &body)
            } else {
                position += 1
                // Line ends are `\n` however the file was written.
                if scalar == "\r", isLong {
                    if peek() == "\n" { position += 1 }
                    body.append("\n")
                } else {
                    body.append(scalar)
                }
            }
        }
    }

    private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{7}", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{b}",
        "\\": "\\", "?": "?", "\"": "\"", "'": "'", "`": "`",
    ]

    private mutating func escape(into body: inout CELStringBody) throws(CELFailure) {
        let start = position
        guard let letter = peek(1) else { throw CELFailure("the string does not end", at: start) }
        if let simple = Self.simpleEscapes[letter] {
            position += 2
            body.append(simple)
            return
        }
        let (digits, radix, skip): (Int, Int, Int)
        switch letter {
        case "x", "X": (digits, radix, skip) = (2, 16, 2)
        case "u": (digits, radix, skip) = (4, 16, 2)
        case "U": (digits, radix, skip) = (8, 16, 2)
        case "0"..."3": (digits, radix, skip) = (3, 8, 1)
        default: throw CELFailure("unknown escape '\\\(letter.escaped(asASCII: true))'", at: start)
        }
        let text = String(String.UnicodeScalarView(scalars[(position + skip)...].prefix(digits)))
        let isPlain = text.unicodeScalars.count == digits && text.first != "+" && text.first != "-"
        guard isPlain, let code = UInt32(text, radix: radix) else {
            throw CELFailure("the escape needs \(digits) digits", at: start)
        }
        position += skip + digits
        let isCodePoint = letter == "u" || letter == "U"
        if body.isBytes, isCodePoint {
            throw CELFailure("'\\\(letter)' cannot stand in bytes; write the bytes", at: start)
        }
        guard body.append(code: code) else {
            throw CELFailure("the escape is not a character", at: start)
        }
    }
}

/// What stands between the quotes.
private struct CELStringBody {
    let isBytes: Bool
    private var bytes: [UInt8] = []

    init(isBytes: Bool) { self.isBytes = isBytes }

    var kind: CELToken.Kind {
        isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// A byte in bytes, a code point in a string; false when there is none.
    mutating func append(code: UInt32) -> Bool {
        if isBytes, let byte = UInt8(exactly: code) {
            bytes.append(byte)
            return true
        }
        guard !isBytes, let scalar = Unicode.Scalar(code) else { return false }
        append(scalar)
        return true
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

    fileprivate var isIdentifierStart: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_"
    }
}
