/// What a proxy shows of certificates and the lists that name them.
package struct ObservedCertificates: Hashable, Sendable {
    /// Only those that were asked for; one that the proxy does not have is absent.
    package var certificates: [CertificateFileName: ObservedCertificate] = [:]
    /// Only those that were asked for, in the order of their lines; one that it does not have is absent.
    package var lists: [CertificateFileName: [ObservedCertificateLine]] = [:]
    /// What someone began to change and did not end.
    package var transaction: CertificateTransaction?
    /// Certificates that nobody asked for, sorted; a proxy says no more of them than their names.
    package var others: [String] = []

    package init() {}
}

/// One certificate in a proxy's memory.
package struct ObservedCertificate: Hashable, Sendable {
    /// `Status:` of `show ssl cert`.
    package enum Status: String, Hashable, Sendable {
        case empty = "Empty"
        case used = "Used"
        case unused = "Unused"
    }

    package var status: Status
    /// Of the leaf, upper case; nil while it is empty.
    package var sha1: String?
    package var serial = ""
    /// `notAfter:` in seconds since 1970; nil where it could not be read.
    package var notAfter: Int?
    /// The names after `DNS:`.
    package var names: [String] = []
    /// `Algorithm:`, such as `EC256` or `RSA2048`.
    package var algorithm = ""

    package init(_ status: Status, sha1: String? = nil) {
        self.status = status
        self.sha1 = sha1
    }
}

/// One line of a list as the proxy numbers it: by the line of the file, and above for those added since.
package struct ObservedCertificateLine: Hashable, Sendable {
    package let number: Int
    package let line: CertificateLine

    package init(number: Int, line: CertificateLine) {
        self.number = number
        self.line = line
    }
}

/// A change of one certificate that was begun with `set ssl cert` and neither committed nor aborted.
package struct CertificateTransaction: Hashable, Sendable, Codable {
    package let certificate: CertificateFileName
    /// Of the leaf that it would put in place; nil when the proxy does not tell.
    package let sha1: String?

    package init(_ certificate: CertificateFileName, sha1: String?) {
        self.certificate = certificate
        self.sha1 = sha1
    }
}
