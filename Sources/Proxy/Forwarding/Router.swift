/// Decides which backend a request goes to, from a frontend's rules and the maps of one snapshot.
///
/// Reads the request where it lies; neither allocates nor counts references.
package enum Router {
    /// The backend's number, or -1 when the frontend has none for this request.
    package static func backend(
        for head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        frontend: FrontendSnapshot,
        snapshot: RoutingSnapshot
    ) -> Int32 {
        frontend.defaultBackend
    }

    /// Whether `monitor-uri` has to answer 503 now (`monitor fail`).
    package static func monitorFails(
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        frontend: FrontendSnapshot,
        snapshot: RoutingSnapshot
    ) -> Bool {
        false
    }
}
