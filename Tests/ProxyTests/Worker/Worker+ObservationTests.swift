import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerObservationTests {
    private func observer(_ layer: TrafficObserver.Layer) -> TrafficObserver {
        var observer = TrafficObserver()
        observer.layer = layer
        observer.limit = 3
        return observer
    }

    /// What is told after requests that a server answers with `statuses`, one after the other.
    private func reports(_ layer: TrafficObserver.Layer, _ statuses: [Int]) throws
        -> [TrafficObservation]
    {
        let origin = try RecordingOrigin { request in
            .text("HTTP/1.1 \(statuses[request.number - 1]) x\r\nContent-Length: 0\r\n\r\n")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(
            servers: [origin.port],
            server: { $1.options.observer = self.observer(layer) }
        )
        let client = try worker.client()
        for _ in statuses {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = client.response()
        }
        worker.stop()
        return worker.plane.reports.take()
    }

    @Test func `errors in a row are told at the limit and counted anew`() throws {
        let found = try reports(.layer7, [500, 503, 502, 500, 500, 504])
        #expect(found.map(\.count) == [3, 3])
        #expect(found.first?.last == .wrongStatus)
        #expect(
            found.first?.detail
                == "Detected 3 consecutive errors, last one was: Wrong http response"
        )
    }

    @Test func `what a request is to blame for is no error, and a good answer ends the row`() throws
    {
        #expect(try reports(.layer7, [500, 500, 200, 500, 501, 500, 505, 404]).isEmpty)
        #expect(try reports(.layer4, [500, 500, 500]).isEmpty)
        #expect(try reports(.none, [500, 500, 500]).isEmpty)
    }

    @Test(arguments: [TrafficObserver.Layer.layer4, .layer7])
    func `refused connections count in both layers`(_ layer: TrafficObserver.Layer) throws {
        let closed = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        let port = closed.address.port
        closed.release().close()
        let worker = try WorkerUnderTest(
            servers: [port],
            change: { _, backend in backend.retries = 0 },
            server: { $1.options.observer = self.observer(layer) }
        )
        for _ in 0..<3 {
            let client = try worker.client()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 503)
        }
        worker.stop()
        #expect(worker.plane.reports.take().map(\.last) == [.connection])
    }
}
