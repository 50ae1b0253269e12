/// How a message's body ends: the one place that decides, for both directions (RFC 9112 §6.3).
package enum BodyFraming: Equatable, BitwiseCopyable {
    case none
    /// Exactly this many bytes, more than 0.
    case length(Int64)
    case chunked
    /// Until the server closes (responses only).
    case untilClose

    /// The framing of a request that `check` let pass.
    @inline(__always)
    package static func of(_ request: RequestHead) -> BodyFraming {
        if request.fields.isChunked { return .chunked }
        return request.fields.contentLength > 0 ? .length(request.fields.contentLength) : .none
    }

    /// The framing of a response to a request by `method`.
    @inline(__always)
    package static func of(_ response: ResponseHead, to method: RequestHead.Method) -> BodyFraming {
        if method == .head || response.isInterim || response.status == 204 || response.status == 304
        {
            return .none
        }
        if response.fields.isChunked { return .chunked }
        if response.fields.contentLength < 0 { return .untilClose }
        return response.fields.contentLength == 0 ? .none : .length(response.fields.contentLength)
    }

    /// Refuses what two readers could frame differently: both fields, chunks in HTTP/1.0, a TRACE or CONNECT
    /// with a body.
    @inline(__always)
    static func check(_ request: RequestHead) -> Rejection? {
        let (isChunked, length) = (request.fields.isChunked, request.fields.contentLength)
        if isChunked, length >= 0 || request.isVersion10 { return .badRequest }
        if request.methodKind == .trace || request.methodKind == .connect, isChunked || length > 0 {
            return .badRequest
        }
        return nil
    }

    /// The same for a response.
    @inline(__always)
    static func check(_ response: ResponseHead) -> Rejection? {
        response.fields.isChunked && (response.fields.contentLength >= 0 || response.isVersion10)
            ? .badRequest : nil
    }
}
