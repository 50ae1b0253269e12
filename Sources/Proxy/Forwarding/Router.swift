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
        for index in frontend.rules.indices {
            let rule = frontend.rules[index]
            guard holds(rule.condition, head, in: bytes, snapshot: snapshot) else { continue }
            if rule.backend >= 0 { return rule.backend }
            // HAProxy 2.6–3.5: a name that no backend has ends the rules and leads to the default backend.
            let named = named(by: rule.sample, head, in: bytes, snapshot: snapshot)
            return named >= 0 ? named : frontend.defaultBackend
        }
        return frontend.defaultBackend
    }

    /// Whether `monitor-uri` has to answer 503 now (`monitor fail`).
    package static func monitorFails(
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        frontend: FrontendSnapshot,
        snapshot: RoutingSnapshot
    ) -> Bool {
        for index in frontend.monitorFail.indices
        where holds(frontend.monitorFail[index], head, in: bytes, snapshot: snapshot) {
            return true
        }
        return false
    }

    private static func named(
        by sample: RoutingSample,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot
    ) -> Int32 {
        let value = SampleText.fetch(sample, head, in: bytes)
            .converted(by: sample.converters, in: bytes, maps: snapshot.maps)
        guard value.isPresent else { return -1 }
        if value.backend >= 0 { return value.backend }
        return snapshot.backendNames.first(value, in: bytes)?.backend ?? -1
    }

    private static func holds(
        _ condition: RoutingCondition,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot
    ) -> Bool {
        guard !condition.alternatives.isEmpty else { return true }
        for index in condition.alternatives.indices
        where holds(condition.alternatives[index], head, in: bytes, snapshot: snapshot) {
            return !condition.isInverted
        }
        return condition.isInverted
    }

    private static func holds(
        _ terms: RawArray<RoutingTerm>,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot
    ) -> Bool {
        for index in terms.indices {
            let term = terms[index]
            var isSatisfied = false
            for test in term.tests.indices where !isSatisfied {
                isSatisfied = passes(term.tests[test], head, in: bytes, snapshot: snapshot)
            }
            if isSatisfied == term.isNegated { return false }
        }
        return true
    }

    private static func passes(
        _ test: RoutingTest,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot
    ) -> Bool {
        let sample = test.sample
        switch sample.fetch {
        case .always: return test.match == .found || test.match == .boolean
        case .never: return test.match == .found
        case .usableServers:
            let count = snapshot.backends[Int(sample.backend)].servers.count
            return test.match == .found || contains(count, test.ranges)
        case .header where !isHost(sample, head):
            return anyValue(of: test, head, in: bytes, snapshot: snapshot)
        default:
            let value = SampleText.fetch(sample, head, in: bytes)
                .converted(by: sample.converters, in: bytes, maps: snapshot.maps)
            return value.isPresent && value.matches(test, in: bytes)
        }
    }

    /// The host has exactly one value, taken from the target when that names one.
    private static func isHost(_ sample: RoutingSample, _ head: borrowing RequestHead) -> Bool {
        !head.host.isEmpty && SampleText.isHostName(sample.text)
    }

    /// An acl looks at every value of every field with the name.
    private static func anyValue(
        of test: RoutingTest,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        snapshot: RoutingSnapshot
    ) -> Bool {
        for index in 0..<head.fieldCount
        where head.isField(index, named: test.sample.text, in: bytes) {
            var cursor = FieldValueCursor(head.fields[index].value)
            while let part = cursor.next(in: bytes) {
                let value = SampleText(part).converted(
                    by: test.sample.converters,
                    in: bytes,
                    maps: snapshot.maps
                )
                if value.isPresent, value.matches(test, in: bytes) { return true }
            }
        }
        return false
    }

    private static func contains(_ number: Int, _ ranges: RawArray<IntegerRange>) -> Bool {
        for index in ranges.indices
        where ranges[index].lower <= number && number <= ranges[index].upper {
            return true
        }
        return false
    }
}

extension RequestHead {
    /// Whether the field at an index has this name (lower case, compared without case).
    func isField(_ index: Int, named name: RawText, in bytes: Span<UInt8>) -> Bool {
        let part = fields[index].name
        guard Int(part.count) == name.count else { return false }
        for offset in 0..<name.count {
            let byte = bytes[Int(part.start) + offset]
            guard (byte >= 65 && byte <= 90 ? byte | 0x20 : byte) == name[offset] else {
                return false
            }
        }
        return true
    }
}
