/// One HTTP request to an authority.
package struct ACMERequest: Hashable, Sendable {
    /// What is done with the resource.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    package let method: Method
    package let url: String
    /// `application/jose+json` when there is one.
    package var body: [UInt8] = []

    package init(_ method: Method, _ url: String, body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.body = body
    }
}

/// What an authority answered.
package struct ACMEResponse: Hashable, Sendable {
    package let status: Int
    /// By name in lower case; fields that may come several times are joined by commas.
    package let fields: [String: String]
    package let body: [UInt8]

    package init(status: Int, fields: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// Sends one request to an authority; throws what the network says.
package typealias ACMEFetch = @Sendable (ACMERequest) async throws -> ACMEResponse
