/// What a converter does.
package enum ConverterCode: UInt8, BitwiseCopyable, Sendable {
    case lower, upper, length, bytes, field, word, trimLeft, trimRight, concat, regsub, hostOnly
    case portOnly, cutLine, addItem, parameter, json, hexadecimal, hexadecimalToInteger
    case base64, base64Decode, base64URL, base64URLDecode, urlEncode, urlDecode
    case compare, secureCompare, choose, addressMask, networkOrder, map, setVariable, unsetVariable
    case captureRequest, captureResponse, usableServers, date, localTime, universalTime
    case bigEndianDecimal, bigEndianHexadecimal, verificationName
    case add, subtract, multiply, divide, modulo, and, or, xor, complement, negate
    case not, truth, odd, even
    case crc32, crc32c, djb2, sdbm, wt6, xxh32, xxh64
    case digest, keyedDigest
}

/// One converter by name: its types, arguments and meaning.
package struct ConverterKeyword: Sendable {
    package let name: String
    package let code: ConverterCode
    package let input: Sample.Kind
    package let output: Sample.Kind
    package let arguments: [ArgumentKind]
    /// How many of the arguments have to be given.
    package let required: Int
    package let summary: String

    private init(
        _ name: String,
        _ code: ConverterCode,
        _ input: Sample.Kind,
        _ output: Sample.Kind,
        _ summary: String,
        _ arguments: [ArgumentKind] = [],
        required: Int? = nil
    ) {
        self.name = name
        self.code = code
        self.input = input
        self.output = output
        self.arguments = arguments
        self.required = required ?? arguments.count
        self.summary = summary
    }

    /// By the name in the configuration, without those of maps.
    package static let byName: [String: ConverterKeyword] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) }
    )

    /// Every converter but those of maps.
    package static let all: [ConverterKeyword] = text + encodings + arithmetic + hashes + others

    private static let text: [ConverterKeyword] = [
        .init("lower", .lower, .string, .string, "in lower case"),
        .init("upper", .upper, .string, .string, "in upper case"),
        .init("length", .length, .string, .integer, "how many bytes"),
        .init(
            "bytes",
            .bytes,
            .binary,
            .binary,
            "a part by offset and length",
            [.integer, .integer],
            required: 1
        ),
        .init(
            "field",
            .field,
            .string,
            .string,
            "a part between delimiters",
            [.integer, .text, .integer],
            required: 2
        ),
        .init(
            "word",
            .word,
            .string,
            .string,
            "the same, delimiters in a row as one",
            [.integer, .text, .integer],
            required: 2
        ),
        .init("ltrim", .trimLeft, .string, .string, "without these characters in front", [.text]),
        .init("rtrim", .trimRight, .string, .string, "without these characters behind", [.text]),
        .init(
            "concat",
            .concat,
            .string,
            .string,
            "a text, a variable, a text added",
            [.text, .text, .text],
            required: 0
        ),
        .init(
            "regsub",
            .regsub,
            .string,
            .string,
            "matches replaced",
            [.regex, .text, .text],
            required: 2
        ),
        .init("host_only", .hostOnly, .string, .string, "a Host without its port"),
        .init("port_only", .portOnly, .string, .integer, "the port of a Host"),
        .init("cut_crlf", .cutLine, .string, .string, "up to the end of the line"),
        .init(
            "add_item",
            .addItem,
            .string,
            .string,
            "an item added behind a delimiter",
            [.text, .text, .text],
            required: 2
        ),
        .init(
            "param",
            .parameter,
            .string,
            .string,
            "a parameter of a query",
            [.text, .text],
            required: 1
        ),
        .init("iif", .choose, .boolean, .string, "one of two texts", [.text, .text]),
    ]

    private static let encodings: [ConverterKeyword] = [
        .init("json", .json, .string, .string, "escaped for JSON", [.text], required: 0),
        .init(
            "x509_v_err_str",
            .verificationName,
            .integer,
            .string,
            "OpenSSL's name of what is wrong with a certificate"
        ),
        .init("hex", .hexadecimal, .binary, .string, "in hexadecimal"),
        .init("hex2i", .hexadecimalToInteger, .binary, .integer, "from hexadecimal"),
        .init("base64", .base64, .binary, .string, "in base64"),
        .init("b64dec", .base64Decode, .string, .binary, "from base64"),
        .init("ub64enc", .base64URL, .binary, .string, "in base64url"),
        .init("ub64dec", .base64URLDecode, .string, .binary, "from base64url"),
        .init("url_enc", .urlEncode, .string, .string, "percent-encoded", [.text], required: 0),
        .init("url_dec", .urlDecode, .string, .string, "percent-decoded", [.integer], required: 0),
        .init(
            "be2dec",
            .bigEndianDecimal,
            .binary,
            .string,
            "groups of bytes in decimal",
            [.text, .integer, .integer],
            required: 2
        ),
        .init(
            "be2hex",
            .bigEndianHexadecimal,
            .binary,
            .string,
            "groups of bytes in hexadecimal",
            [.text, .integer, .integer],
            required: 0
        ),
    ]

    private static let arithmetic: [ConverterKeyword] = [
        .init("add", .add, .integer, .integer, "a sum", [.operand]),
        .init("sub", .subtract, .integer, .integer, "a difference", [.operand]),
        .init("mul", .multiply, .integer, .integer, "a product", [.operand]),
        .init("div", .divide, .integer, .integer, "a quotient", [.operand]),
        .init("mod", .modulo, .integer, .integer, "a remainder", [.operand]),
        .init("and", .and, .integer, .integer, "bits in both", [.operand]),
        .init("or", .or, .integer, .integer, "bits in either", [.operand]),
        .init("xor", .xor, .integer, .integer, "bits in one", [.operand]),
        .init("cpl", .complement, .integer, .integer, "every bit turned"),
        .init("neg", .negate, .integer, .integer, "the opposite number"),
        .init("not", .not, .integer, .boolean, "true for 0"),
        .init("bool", .truth, .integer, .boolean, "false for 0"),
        .init("odd", .odd, .integer, .boolean, "the lowest bit"),
        .init("even", .even, .integer, .boolean, "its opposite"),
    ]

    private static let hashes: [ConverterKeyword] = [
        .init("crc32", .crc32, .binary, .integer, "CRC-32", [.integer], required: 0),
        .init("crc32c", .crc32c, .binary, .integer, "CRC-32C", [.integer], required: 0),
        .init("djb2", .djb2, .binary, .integer, "DJB2", [.integer], required: 0),
        .init("sdbm", .sdbm, .binary, .integer, "SDBM", [.integer], required: 0),
        .init("wt6", .wt6, .binary, .integer, "WT6", [.integer], required: 0),
        .init("xxh32", .xxh32, .binary, .integer, "XXH32 with a seed", [.integer], required: 0),
        .init("xxh64", .xxh64, .binary, .integer, "XXH64 with a seed", [.integer], required: 0),
        .init("sha1", .digest, .binary, .binary, "SHA-1"),
        .init("sha2", .digest, .binary, .binary, "SHA-2 of some bits", [.integer], required: 0),
        .init("digest", .digest, .binary, .binary, "a digest by name", [.text]),
        .init("hmac", .keyedDigest, .binary, .binary, "the same with a key", [.text, .text]),
    ]

    private static let others: [ConverterKeyword] = [
        .init("strcmp", .compare, .string, .integer, "order compared with a variable", [.variable]),
        .init(
            "secure_memcmp",
            .secureCompare,
            .binary,
            .boolean,
            "equal to a variable, in constant time",
            [.variable]
        ),
        .init("ipmask", .addressMask, .address, .address, "masked", [.text, .text], required: 1),
        .init("htonl", .networkOrder, .integer, .binary, "four bytes, the highest first"),
        .init("set-var", .setVariable, .any, .any, "kept in a variable", [.variable]),
        .init("unset-var", .unsetVariable, .any, .any, "the variable forgotten", [.variable]),
        .init(
            "capture-req",
            .captureRequest,
            .string,
            .string,
            "kept in a capture slot",
            [.integer]
        ),
        .init(
            "capture-res",
            .captureResponse,
            .string,
            .string,
            "kept in a capture slot",
            [.integer]
        ),
        .init("nbsrv", .usableServers, .string, .integer, "usable servers of the backend so named"),
        .init(
            "http_date",
            .date,
            .integer,
            .string,
            "a date in HTTP's form",
            [.integer, .text],
            required: 0
        ),
        .init(
            "ltime",
            .localTime,
            .integer,
            .string,
            "a local date by strftime",
            [.text, .integer],
            required: 1
        ),
        .init(
            "utime",
            .universalTime,
            .integer,
            .string,
            "a UTC date by strftime",
            [.text, .integer],
            required: 1
        ),
    ]
}
