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
        guard hasRules(frontend, snapshot) else { return defaultBackend(of: frontend, snapshot) }
        return evaluate(head, in: bytes, snapshot: snapshot) { evaluation in
            backend(of: frontend, &evaluation)
        }
    }

    /// The same within an evaluation that knows the request.
    static func backend(of frontend: FrontendSnapshot, _ evaluation: inout Evaluation) -> Int32 {
        guard hasRules(frontend, evaluation.snapshot) else {
            return defaultBackend(of: frontend, evaluation.snapshot)
        }
        for index in evaluation.book.frontends[Int(frontend.number)].routing.range {
            let action = evaluation.book.actions[index]
            evaluation.arena.reset()
            guard evaluation.holds(action.condition) else { continue }
            var number = Int32(truncatingIfNeeded: action.number)
            if number < 0 {
                // HAProxy 2.6–3.5: a name that no backend has ends the rules and leads to the default backend.
                let name = evaluation.text(of: action.format)
                number = evaluation.snapshot.backendNames.first(name)?.backend ?? -1
                if number < 0 { break }
            }
            // HAProxy 3.4: the rules go on behind one that names an unpublished backend.
            if isPublished(number, evaluation.snapshot) { return number }
        }
        return defaultBackend(of: frontend, evaluation.snapshot)
    }

    private static func defaultBackend(of frontend: FrontendSnapshot, _ snapshot: RoutingSnapshot)
        -> Int32
    {
        isPublished(frontend.defaultBackend, snapshot) ? frontend.defaultBackend : -1
    }

    private static func isPublished(_ number: Int32, _ snapshot: RoutingSnapshot) -> Bool {
        let index = Int(number)
        return !snapshot.backends.indices.contains(index) || !snapshot.backends[index].isUnpublished
    }

    private static func hasRules(_ frontend: FrontendSnapshot, _ snapshot: RoutingSnapshot) -> Bool
    {
        Int(frontend.number) < snapshot.rules.frontends.count
            && !snapshot.rules.frontends[Int(frontend.number)].routing.isEmpty
    }

    /// Whether `monitor-uri` has to answer 503 now (`monitor fail`).
    package static func monitorFails(
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        frontend: FrontendSnapshot,
        snapshot: RoutingSnapshot
    ) -> Bool {
        evaluate(head, in: bytes, snapshot: snapshot) { evaluation in
            monitorFails(frontend, &evaluation)
        }
    }

    /// The same within an evaluation that knows the request.
    static func monitorFails(_ frontend: FrontendSnapshot, _ evaluation: inout Evaluation) -> Bool {
        guard Int(frontend.number) < evaluation.book.frontends.count else { return false }
        let conditions = evaluation.book.frontends[Int(frontend.number)].monitorFail
        for index in conditions.range {
            evaluation.arena.reset()
            if evaluation.holds(Int32(index)) { return true }
        }
        return false
    }

    /// For callers without a worker: the simulation and tests.
    private static func evaluate<Result>(
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot,
        _ body: (inout Evaluation) -> Result
    ) -> Result {
        let requests = RawTable<RequestHead>(zeroed: 1)
        let responses = RawTable<ResponseHead>(zeroed: 1)
        let pool = BufferPool()
        var evaluation = Evaluation(requests: requests, responses: responses, pool: pool, seed: 1)
        defer {
            evaluation.free()
            pool.destroy()
            requests.free()
            responses.free()
        }
        requests[0] = copy head
        evaluation.snapshot = snapshot
        evaluation.hasRequest = true
        return bytes.withSlice { slice in
            evaluation.requestBytes = slice
            return body(&evaluation)
        }
    }
}
