/// Converters (configuration.txt §7.3.1), each casting its input to the type it wants.
extension Evaluation {
    /// A value after every converter; absent as soon as one has no result.
    @inline(__always)
    mutating func convert(_ value: Sample, by steps: IndexRange) -> Sample {
        var value = value
        for index in steps.range {
            guard value.isPresent else { return value }
            let step = book.converters[index]
            let input = value.cast(to: step.input, in: &arena)
            guard input.isPresent else { return input }
            value = apply(step, to: input)
            if arena.isFull { return Sample() }
        }
        return value
    }

    private mutating func apply(_ step: ConverterStep, to value: Sample) -> Sample {
        let code = step.code
        if code.rawValue <= ConverterCode.parameter.rawValue { return cut(step, value) }
        if code.rawValue <= ConverterCode.urlDecode.rawValue { return encode(step, value) }
        if code.rawValue <= ConverterCode.bigEndianHexadecimal.rawValue { return look(step, value) }
        if code == .verificationName {
            let mark = arena.count
            VerificationError.append(nameOf: value.integer, to: &arena)
            return Sample(arena.slice(from: mark))
        }
        if code.rawValue <= ConverterCode.even.rawValue { return calculate(step, value) }
        if code.rawValue >= ConverterCode.digest.rawValue { return digest(step, value.bytes) }
        return hash(step, value.bytes)
    }

    // MARK: Parts of texts

    private mutating func cut(_ step: ConverterStep, _ value: Sample) -> Sample {
        let text = value.bytes
        let arguments = step.arguments
        switch step.code {
        case .lower, .upper: return folded(text, toUpper: step.code == .upper)
        case .length: return Sample(Int64(text.count))
        case .bytes:
            guard arguments.number >= 0, arguments.number < text.count else { return Sample() }
            let rest = text.dropFirst(Int(arguments.number))
            let length =
                arguments.count > 1 ? min(Int(max(0, arguments.other)), rest.count) : rest.count
            return Sample(rest.prefix(length), isBinary: true)
        case .field: return FieldCut.field(text, arguments, delimiters: book[arguments.text])
        case .word: return FieldCut.word(text, arguments, delimiters: book[arguments.text])
        case .trimLeft:
            var text = text
            while text.count > 0, book[arguments.text].contains(text[0]) {
                text = text.dropFirst(1)
            }
            return Sample(text)
        case .trimRight:
            var text = text
            while text.count > 0, book[arguments.text].contains(text[text.count - 1]) {
                text = text.prefix(text.count - 1)
            }
            return Sample(text)
        case .hostOnly: return folded(text.prefix(text.endOfHost), toUpper: false)
        case .portOnly:
            let end = text.endOfHost
            return Sample(end < text.count ? text.dropFirst(end + 1).leadingInteger : 0)
        case .cutLine:
            var end = 0
            while end < text.count, text[end] != 10, text[end] != 13 { end += 1 }
            return Sample(text.prefix(end))
        case .parameter:
            var query = QueryCursor(text)
            let given = book[arguments.second]
            let found = query.find(
                book[arguments.text],
                delimiter: given.isEmpty ? UInt8(ascii: "&") : given[0]
            )
            return found.map { Sample($0) } ?? Sample()
        case .regsub: return substituted(text, step)
        default: return joined(step, text)
        }
    }

    private mutating func folded(_ text: ByteSlice, toUpper: Bool) -> Sample {
        let mark = arena.count
        for index in 0..<text.count {
            let byte = text[index]
            arena.append(
                byte: toUpper ? (byte &- 97 < 26 ? byte & 0xdf : byte) : ASCII.lowercased(byte)
            )
        }
        return Sample(arena.slice(from: mark))
    }

    /// `concat` and `add_item`.
    private mutating func joined(_ step: ConverterStep, _ text: ByteSlice) -> Sample {
        let arguments = step.arguments
        let found = arguments.place >= 0 ? variable(arguments.place).text(in: &arena) : Sample()
        let third =
            arguments.count > 2
            ? book[TextReference(start: Int(arguments.number), count: Int(arguments.other))]
            : .empty
        let mark = arena.count
        arena.append(text)
        if step.code == .concat {
            if arguments.count > 0 { arena.append(book[arguments.text]) }
            arena.append(found.bytes)
            arena.append(third)
            return Sample(arena.slice(from: mark))
        }
        // An item without text leaves the list as it is.
        guard found.bytes.count + third.count > 0 else { return Sample(arena.slice(from: mark)) }
        if !text.isEmpty { arena.append(book[arguments.text]) }
        arena.append(found.bytes)
        arena.append(third)
        return Sample(arena.slice(from: mark))
    }

    /// `regsub`: matches replaced by a text with `\1`.
    private mutating func substituted(_ text: ByteSlice, _ step: ConverterStep) -> Sample {
        let mark = arena.count
        let regex = book.regexes[Int(step.arguments.place)]
        let template = book[step.arguments.text]
        var start = 0
        while start <= text.count, scratch.matches(regex, text, from: start),
            let match = scratch.group(0)
        {
            arena.append(text[start..<max(start, match.lowerBound)])
            append(template, groupsOf: text)
            start = max(start, match.upperBound)
            if match.isEmpty {
                // An empty match moves on by one byte or it would be found for ever.
                if start < text.count { arena.append(byte: text[start]) }
                start += 1
            }
            if step.arguments.number == 0 || arena.isFull { break }
        }
        if start < text.count { arena.append(text.dropFirst(start)) }
        return Sample(arena.slice(from: mark))
    }

    /// A replacement with `\0` to `\9` for groups of the last match.
    mutating func append(_ template: ByteSlice, groupsOf subject: ByteSlice) {
        var index = 0
        while index < template.count {
            let byte = template[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < template.count else {
                arena.append(byte: byte)
                continue
            }
            let next = template[index]
            index += 1
            if ASCII.isDigit(next) {
                if let range = scratch.group(Int(next) - 48) { arena.append(subject[range]) }
            } else {
                arena.append(byte: next)
            }
        }
    }

    // MARK: Looking up

    private mutating func look(_ step: ConverterStep, _ value: Sample) -> Sample {
        let arguments = step.arguments
        switch step.code {
        case .compare:
            let other = variable(arguments.place).text(in: &arena)
            guard other.isPresent else { return Sample() }
            return Sample(value.bytes.order(comparedTo: other.bytes))
        case .secureCompare:
            let other = variable(arguments.place).cast(to: .binary, in: &arena)
            guard other.isPresent else { return Sample() }
            return Sample(value.bytes.isEqualInConstantTime(to: other.bytes))
        case .choose: return Sample(book[value.low != 0 ? arguments.text : arguments.second])
        case .addressMask:
            var masked = value
            let length = value.kind == .ipv4 ? arguments.number : arguments.other
            (masked.high, masked.low) = AddressMask.apply(value, length: Int(length))
            return masked
        case .networkOrder:
            let mark = arena.count
            for shift in stride(from: UInt64(24), through: 0, by: -8) {
                arena.append(byte: UInt8(truncatingIfNeeded: value.low >> shift))
            }
            return Sample(arena.slice(from: mark), isBinary: true)
        case .map: return mapped(value, step)
        case .setVariable, .unsetVariable:
            setVariable(arguments.place, to: step.code == .setVariable ? value : Sample())
            return value
        case .captureRequest, .captureResponse:
            let slot = Int(arguments.number)
            let key =
                step.code == .captureRequest
                ? KeptKey.requestCapture(slot) : KeptKey.responseCapture(slot)
            kept.set(key, to: value, pool: pool, arena: &arena)
            return value
        case .usableServers:
            guard let entry = snapshot.backendNames.first(value.bytes) else { return Sample() }
            return Sample(Int64(usableServers(entry.backend)))
        case .date: return httpDate(value.integer, arguments)
        case .localTime, .universalTime:
            let text = WallClock.text(
                value.integer + arguments.number,
                format: book[arguments.text],
                isLocal: step.code == .localTime
            )
            let mark = arena.count
            for byte in text { arena.append(byte: byte) }
            return Sample(arena.slice(from: mark))
        default: return grouped(step, value.bytes)
        }
    }

    private mutating func httpDate(_ number: Int64, _ arguments: StepArguments) -> Sample {
        let mark = arena.count
        LogDate.appendHTTP(number / max(1, arguments.other) + arguments.number, to: &arena)
        return Sample(arena.slice(from: mark))
    }

    private mutating func mapped(_ value: Sample, _ step: ConverterStep) -> Sample {
        let map = snapshot.maps[Int(step.arguments.place)]
        let entry = map.entry(for: value, step.match, ignoresCase: false, scratch: &scratch)
        if entry == nil, step.arguments.count < 2 { return Sample() }
        let text = Sample(entry?.value.slice ?? book[step.arguments.text])
        return step.output == .string ? text : text.cast(to: step.output, in: &arena)
    }

    /// `be2dec` and `be2hex`: numbers of some bytes each, with a separator.
    private mutating func grouped(_ step: ConverterStep, _ bytes: ByteSlice) -> Sample {
        let arguments = step.arguments
        let separator = book[arguments.text]
        let size = max(1, Int(arguments.number))
        let mark = arena.count
        var index = 0
        while index < bytes.count {
            let end = min(bytes.count, index + size)
            if arguments.other != 0, end - index < size { break }
            if index > 0 { arena.append(separator) }
            var number: UInt64 = 0
            for place in index..<end {
                number = number << 8 | UInt64(bytes[place])
                if step.code == .bigEndianHexadecimal {
                    arena.append(hexadecimal: bytes[place], isUpper: true)
                }
            }
            if step.code == .bigEndianDecimal { arena.append(decimal: Int64(bitPattern: number)) }
            index = end
        }
        return Sample(arena.slice(from: mark))
    }

    // MARK: Numbers

    private mutating func calculate(_ step: ConverterStep, _ value: Sample) -> Sample {
        let number = value.integer
        switch step.code {
        case .complement: return Sample(~number)
        case .negate: return Sample(0 &- number)
        case .not: return Sample(number == 0)
        case .truth: return Sample(number != 0)
        case .odd: return Sample(number & 1 != 0)
        case .even: return Sample(number & 1 == 0)
        default: break
        }
        var operand = step.arguments.number
        if step.arguments.place >= 0 {
            let found = variable(step.arguments.place).cast(to: .integer, in: &arena)
            guard found.isPresent else { return Sample() }
            operand = found.integer
        }
        switch step.code {
        case .add: return Sample(number.saturatingAdd(operand))
        case .subtract: return Sample(number.saturatingSubtract(operand))
        case .multiply:
            let (product, overflow) = number.multipliedReportingOverflow(by: operand)
            return Sample(
                overflow ? ((number < 0) == (operand < 0) ? Int64.max : Int64.min) : product
            )
        // Division by zero gives the greatest number, and the least number has no opposite.
        case .divide:
            if operand == 0 { return Sample(.max) }
            return Sample(number == .min && operand == -1 ? .max : number / operand)
        case .modulo:
            if operand == 0 { return Sample(.max) }
            return Sample(operand == -1 ? 0 : number % operand)
        case .and: return Sample(number & operand)
        case .or: return Sample(number | operand)
        default: return Sample(number ^ operand)
        }
    }

    private mutating func digest(_ step: ConverterStep, _ bytes: ByteSlice) -> Sample {
        guard let digest = MessageDigest(rawValue: UInt8(step.arguments.number)) else {
            return Sample()
        }
        let isKeyed = step.code == .keyedDigest
        var key = book[step.arguments.second]
        if isKeyed, step.arguments.place >= 0 {
            // A variable holds its key in base64.
            let text = variable(step.arguments.place).text(in: &arena)
            let mark = arena.count
            guard text.isPresent, decodeBase64(text.bytes, isURL: false) else { return Sample() }
            key = arena.slice(from: mark)
        }
        let mark = arena.count
        if isKeyed {
            digest.append(bytes, keyedBy: key, to: &arena)
        } else {
            digest.append(bytes, to: &arena)
        }
        return Sample(arena.slice(from: mark), isBinary: true)
    }

    private func hash(_ step: ConverterStep, _ bytes: ByteSlice) -> Sample {
        let argument = step.arguments.count > 0 ? step.arguments.number : 0
        var hash: UInt32
        switch step.code {
        case .xxh32:
            return Sample(
                Int64(HashFunctions.xxh32(bytes, seed: UInt32(truncatingIfNeeded: argument)))
            )
        case .xxh64:
            let hash = HashFunctions.xxh64(bytes, seed: UInt64(bitPattern: argument))
            return Sample(Int64(bitPattern: hash))
        case .crc32: hash = HashFunctions.crc32(bytes)
        case .crc32c: hash = HashFunctions.crc32c(bytes)
        case .djb2: hash = HashFunctions.djb2(bytes)
        case .sdbm: hash = HashFunctions.sdbm(bytes)
        default: hash = HashFunctions.wt6(bytes)
        }
        // With an argument the hash is mixed once more (`avalanche`).
        if argument != 0 { hash = HashKey.fullHash(hash) }
        return Sample(Int64(hash))
    }
}

extension Int64 {
    fileprivate func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}

/// `field` and `word`: a text cut at delimiters, counted from either end.
enum FieldCut {
    /// Delimiters in a row have empty fields between them.
    static func field(_ text: ByteSlice, _ arguments: StepArguments, delimiters: ByteSlice)
        -> Sample
    {
        var remaining = arguments.number.magnitude
        let count = Int(arguments.other)
        let isForward = arguments.number > 0
        var low = 0
        var fields = 0
        var offset = 0
        while offset <= text.count {
            let place = isForward ? offset : text.count - 1 - offset
            let isEnd = offset == text.count || delimiters.contains(text[place])
            if isEnd {
                if remaining > 1 {
                    remaining -= 1
                    low = offset + 1
                } else {
                    fields += 1
                    if count > 0 && fields >= count || offset == text.count {
                        return part(text, low, offset, isForward)
                    }
                }
            }
            offset += 1
        }
        return Sample()
    }

    /// Delimiters in a row count as one.
    static func word(_ text: ByteSlice, _ arguments: StepArguments, delimiters: ByteSlice) -> Sample
    {
        var remaining = arguments.number.magnitude
        let count = Int(arguments.other)
        let isForward = arguments.number > 0
        var low = -1
        var words = 0
        var end = 0
        var isInWord = false
        for offset in 0...text.count {
            let place = isForward ? offset : text.count - 1 - offset
            let isDelimiter = offset == text.count || delimiters.contains(text[place])
            if !isDelimiter, !isInWord {
                isInWord = true
                if remaining > 1 {
                    remaining -= 1
                } else {
                    if low < 0 { low = offset }
                    words += 1
                }
            } else if isDelimiter, isInWord {
                isInWord = false
                if low >= 0 {
                    end = offset
                    if count > 0, words >= count { return part(text, low, end, isForward) }
                }
            }
        }
        return low >= 0 ? part(text, low, end, isForward) : Sample()
    }

    private static func part(_ text: ByteSlice, _ low: Int, _ high: Int, _ isForward: Bool)
        -> Sample
    {
        Sample(isForward ? text[low..<high] : text[(text.count - high)..<(text.count - low)])
    }
}

extension ByteSlice {
    /// Where the port of a Host begins, its colon; `count` without one.
    var endOfHost: Int {
        var end = count
        while end > 0 {
            let byte = self[end - 1]
            if byte == UInt8(ascii: "]") { return count }
            if byte == UInt8(ascii: ":") { return end - 1 }
            guard ASCII.isDigit(byte) else { return count }
            end -= 1
        }
        return count
    }

    /// Looks at every byte whatever it finds, so that time tells nothing.
    func isEqualInConstantTime(to other: ByteSlice) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<count { difference |= self[index] ^ other[index] }
        return difference == 0
    }

    /// As `strcmp` orders: below, at or above zero.
    func order(comparedTo other: ByteSlice) -> Int64 {
        for index in 0..<min(count, other.count) where self[index] != other[index] {
            return Int64(self[index]) - Int64(other[index])
        }
        return Int64(count - other.count)
    }
}
