/// `show ssl cert`: the names of all certificates, and of the one that a transaction is about.
package struct CertificateTable: Hashable, Sendable {
    /// Without the `*` that the proxy puts before it.
    package var transaction: String?
    package var names: [String] = []

    package init() {}

    /// Reads `# transaction`, `*NAME`, `# filename` and a name a line; empty where there are none.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show ssl cert")
        var table = Self()
        var isTransaction = false
        while let line = reader.nextFilledLine() {
            let word = reader.string(line)
            switch word {
            case "# transaction": isTransaction = true
            case "# filename": isTransaction = false
            default:
                guard isTransaction else {
                    table.names.append(word)
                    continue
                }
                guard word.hasPrefix("*") else { throw reader.error("no `*NAME`") }
                table.transaction = String(word.dropFirst())
            }
        }
        return table
    }
}

/// `show ssl cert NAME`: what a proxy tells of one certificate, of the leaf for the most part.
package struct CertificateDetails: Hashable, Sendable {
    /// `Empty`, `Used`, `Unused` and others.
    package var status = ""
    package var serial = ""
    /// Seconds since 1970; nil where the text is no date.
    package var notBefore: Int?
    /// Seconds since 1970; nil where the text is no date.
    package var notAfter: Int?
    /// What stands after `DNS:`.
    package var names: [String] = []
    /// `EC256`, `RSA2048`.
    package var algorithm = ""
    /// Hexadecimal, upper case.
    package var sha1: String?

    package init() {}

    /// Nil for anything but a description, such as the complaint about an unknown name.
    package static func parse(_ text: String) -> Self? {
        guard text.hasPrefix("Filename: ") else { return nil }
        var details = Self()
        for line in text.split(separator: "\n") {
            guard let colon = line.firstRange(of: ": ") else { continue }
            let value = line[colon.upperBound...]
            switch line[..<colon.lowerBound] {
            case "Status": details.status = String(value)
            case "Serial": details.serial = String(value)
            case "notBefore": details.notBefore = CertificateDate.seconds(value)
            case "notAfter": details.notAfter = CertificateDate.seconds(value)
            case "Algorithm": details.algorithm = String(value)
            case "SHA1 FingerPrint": details.sha1 = value.uppercased()
            case "Subject Alternative Name":
                details.names = value.split(separator: ",").compactMap { word in
                    let name = word.drop { $0 == " " }
                    return name.hasPrefix("DNS:") ? String(name.dropFirst(4)) : nil
                }
            default: break
            }
        }
        return details
    }
}

/// `show ssl crt-list -n NAME`: the lines of a list with their numbers.
package struct CertificateListTable: Hashable, Sendable {
    /// One line.
    package struct Row: Hashable, Sendable {
        package var certificate: String
        package var number: Int
        /// What stands between brackets.
        package var options: String
        package var filters: [String]
    }

    package var rows: [Row] = []

    package init() {}

    /// Reads `certs/a.pem:1 [alpn h2] *.a.example` and the like, after the line that names the list.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show ssl crt-list")
        _ = try reader.header()
        var table = Self()
        while let line = reader.nextFilledLine() {
            // HAProxy 2.6 to 3.0 print the end of the C string after `alpn`, too.
            guard let row = Row(reader.string(line).replacing("\0", with: "")) else {
                throw reader.error("no `certificate:number [options] filters`")
            }
            table.rows.append(row)
        }
        return table
    }
}

extension CertificateListTable.Row {
    /// Nil without a name and a number.
    fileprivate init?(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let place = words.first, let colon = place.lastIndex(of: ":"),
            let number = Int(place[place.index(after: colon)...])
        else { return nil }
        var rest = words.count > 1 ? words[1] : ""
        var options = ""
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            options = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        self.init(
            certificate: String(place[..<colon]),
            number: number,
            options: options,
            filters: rest.split(separator: " ").map(String.init)
        )
    }
}

/// The dates of certificates as OpenSSL prints them: `Feb 21 18:04:34 2027 GMT`.
enum CertificateDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; nil when the text is no such date.
    static func seconds(_ text: Substring) -> Int? {
        let words = text.split(separator: " ")
        guard words.count >= 4, let month = months.firstIndex(of: String(words[0])),
            let day = Int(words[1]), (1...31).contains(day), let year = Int(words[3]),
            (1950...9999).contains(year)
        else { return nil }
        let time = words[2].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3 else { return nil }
        let days = days(year: year, month: month + 1, day: day)
        return ((days * 24 + time[0]) * 60 + time[1]) * 60 + time[2]
    }

    /// Days since 1970 in the Gregorian calendar: years begin in March here, so that the leap day is the last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + ofYear - 719_468
    }
}
