/// Blanks out what is not code: comments, string literals and names in backticks; lines keep their length.
///
/// A scanner, not a parser: it knows nested comments, raw and multi-line strings and interpolation
/// (whose code it blanks as well), and takes everything else for code.
enum CodeMask {
    static func blank(_ text: String) -> String {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.run()
        return String(decoding: scanner.masked, as: UTF8.self)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var masked: [UInt8]
        var position = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
            masked = bytes
        }

        func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

        func starts(with text: StaticString) -> Bool {
            position + text.utf8CodeUnitCount <= bytes.count
                && text.description.utf8.elementsEqual(
                    bytes[position..<position + text.utf8CodeUnitCount]
                )
        }

        mutating func blankByte() {
            if bytes[position] != UInt8(ascii: "\n") { masked[position] = UInt8(ascii: " ") }
            position += 1
        }

        mutating func run() {
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "/"):
                    lineComment()
                case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "*"):
                    blockComment()
                case UInt8(ascii: "\""): string(hashes: 0)
                case UInt8(ascii: "#"): hashes()
                case UInt8(ascii: "`"): quotedName()
                default: position += 1
                }
            }
        }

        mutating func lineComment() {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blankByte() }
        }

        mutating func blockComment() {
            var depth = 0
            repeat {
                if starts(with: "/*") {
                    depth += 1
                    blankByte()
                } else if starts(with: "*/") {
                    depth -= 1
                    blankByte()
                }
                blankByte()
            } while depth > 0 && position < bytes.count
        }

        mutating func quotedName() {
            position += 1
            while position < bytes.count, bytes[position] != UInt8(ascii: "`"),
                bytes[position] != UInt8(ascii: "\n")
            {
                masked[position] = UInt8(ascii: "_")
                position += 1
            }
            position += 1
        }

        mutating func hashes() {
            var count = 0
            while byte(at: position + count) == UInt8(ascii: "#") { count += 1 }
            position += count
            switch byte(at: position) {
            case UInt8(ascii: "\""): string(hashes: count)
            case UInt8(ascii: "/") where count == 1: regularExpression()
            default: break
            }
        }

        mutating func regularExpression() {
            while position < bytes.count, !starts(with: "/#") { blankByte() }
            position = min(position + 2, bytes.count)
        }

        mutating func string(hashes: Int) {
            let quotes = starts(with: "\"\"\"") ? 3 : 1
            for _ in 0..<quotes { blankByte() }
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "\\"),
                    isFollowed(byHashes: hashes, from: position + 1)
                {
                    for _ in 0...hashes { blankByte() }
                    if byte(at: position) == UInt8(ascii: "(") {
                        interpolation()
                    } else if position < bytes.count {
                        blankByte()
                    }
                } else if isEnd(quotes: quotes, hashes: hashes) {
                    for _ in 0..<quotes + hashes { blankByte() }
                    return
                } else {
                    blankByte()
                }
            }
        }

        mutating func interpolation() {
            var depth = 0
            repeat {
                switch bytes[position] {
                case UInt8(ascii: "("):
                    depth += 1
                    blankByte()
                case UInt8(ascii: ")"):
                    depth -= 1
                    blankByte()
                case UInt8(ascii: "\""): string(hashes: 0)
                default: blankByte()
                }
            } while depth > 0 && position < bytes.count
        }

        func isFollowed(byHashes count: Int, from index: Int) -> Bool {
            (0..<count).allSatisfy { byte(at: index + $0) == UInt8(ascii: "#") }
        }

        func isEnd(quotes: Int, hashes: Int) -> Bool {
            (0..<quotes).allSatisfy { byte(at: position + $0) == UInt8(ascii: "\"") }
                && isFollowed(byHashes: hashes, from: position + quotes)
        }
    }
}
