import Model

extension ConfigParser {
    /// The number of the map with this name, loading it when it is named for the first time.
    mutating func map(named name: String, at origin: Origin) throws(SampleParser.Mistake) -> Int {
        let place = "map at file '\(origin.file)' line \(origin.line)"
        if let number = mapNumbers[name] {
            configuration.maps[number].display += ", by \(place)"
            return number
        }
        var map = MapConfiguration(name: name)
        map.display = "pattern loaded from file '\(name)' used by \(place)"
        if name.hasPrefix("virt@") {
            map.entries = []
        } else if name.hasPrefix("opt@") {
            map.entries = readFile(String(name.dropFirst(4))).map(Self.entries) ?? []
        } else {
            guard let text = readFile(name) else {
                throw SampleParser.Mistake(text: "failed to open pattern file <\(name)>")
            }
            map.entries = Self.entries(of: text)
        }
        let number = configuration.maps.count
        configuration.maps.append(map)
        mapNumbers[name] = number
        return number
    }

    /// `key value…` a line; empty lines and those that start with `#` mean nothing.
    private static func entries(of text: String) -> [MapEntry] {
        var entries: [MapEntry] = []
        for line in text.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let start = line.drop { $0 == 32 || $0 == 9 }
            guard let first = start.first, first != UInt8(ascii: "#") else { continue }
            let key = start.prefix { $0 != 32 && $0 != 9 }
            var value = start[key.endIndex...].drop { $0 == 32 || $0 == 9 }
            while let last = value.last, last == 32 || last == 9 { value = value.dropLast() }
            entries.append(MapEntry(key: String(Substring(key)), value: String(Substring(value))))
        }
        return entries
    }

    /// Reads a sample expression, or reports and answers nil.
    mutating func sample(
        _ text: String,
        in context: String,
        at origin: Origin
    ) -> (sample: SampleConfiguration, match: MatchKind?)? {
        var maps = self
        defer { self = maps }
        do throws(SampleParser.Mistake) {
            let parser = SampleParser(backends: backendNumbers) {
                name throws(SampleParser.Mistake) in
                try maps.map(named: name, at: origin)
            }
            return try parser.parse(text)
        } catch {
            maps.report("\(context) : \(error.text).", at: origin)
            return nil
        }
    }
}
