/// The attributes of one server, keyed by keyword and always walked in the order of the table.
///
/// Copies share storage until one changes, so servers that differ in nothing cost nothing.
package struct ServerAttributes: Hashable, Sendable {
    /// One keyword with its value.
    package struct Pair: Hashable, Sendable {
        package let attribute: ServerAttribute
        package let value: AttributeValue
    }

    /// Every attribute present, in the order of `ServerAttribute.allCases`.
    package private(set) var sorted: [Pair] = []

    package init() {}

    package subscript(attribute: ServerAttribute) -> AttributeValue? {
        get { sorted.first { $0.attribute == attribute }?.value }
        set {
            let rank = attribute.rank
            let place = sorted.firstIndex { $0.attribute.rank >= rank } ?? sorted.endIndex
            let isPresent = place < sorted.endIndex && sorted[place].attribute == attribute
            guard let newValue else {
                if isPresent { sorted.remove(at: place) }
                return
            }
            let pair = Pair(attribute: attribute, value: newValue)
            if isPresent { sorted[place] = pair } else { sorted.insert(pair, at: place) }
        }
    }

    package var isEmpty: Bool { sorted.isEmpty }

    /// These attributes over `base`: what a document says wins over what it inherits.
    package func merged(over base: ServerAttributes) -> ServerAttributes {
        guard !isEmpty else { return base }
        var merged = base
        for pair in sorted { merged[pair.attribute] = pair.value }
        return merged
    }

    package var weight: Weight {
        guard case .integer(let number)? = self[.weight], let weight = Weight(number) else {
            return .one
        }
        return weight
    }

    package var isChecked: Bool { self[.check] != nil }

    /// The value of a keyword whose form is a number; nil when it is absent.
    package func integer(_ attribute: ServerAttribute) -> Int? {
        guard case .integer(let number)? = self[attribute] else { return nil }
        return number
    }

    /// The value of a keyword whose form is a duration; nil when it is absent.
    package func duration(_ attribute: ServerAttribute) -> Milliseconds? {
        guard case .duration(let duration)? = self[attribute] else { return nil }
        return duration
    }

    /// The value of a keyword whose form is a word; nil when it is absent.
    package func word(_ attribute: ServerAttribute) -> String? {
        guard case .word(let text)? = self[attribute] else { return nil }
        return text
    }

    /// `keyword value …` as it stands in `add server`, without leading space.
    package var command: String {
        sorted.map { pair in
            pair.value == .flag ? pair.attribute.keyword : "\(pair.attribute.keyword) \(pair.value)"
        }.joined(separator: " ")
    }
}

extension ServerAttributes: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        for (keyword, text) in try container.decode([String: String].self) {
            guard let attribute = ServerAttribute(rawValue: keyword),
                let value = AttributeValue(text, for: attribute)
            else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: keyword)
            }
            self[attribute] = value
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let texts = sorted.map { ($0.attribute.keyword, $0.value.description) }
        try container.encode(Dictionary(uniqueKeysWithValues: texts))
    }
}
