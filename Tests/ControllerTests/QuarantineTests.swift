import Model
import Testing

@testable import Controller

@Suite struct QuarantineTests {
    @Test func `an operation is kept back on one proxy, and only with the same input`() throws {
        let (lb1, lb2) = (try ProxyName("lb1"), try ProxyName("lb2"))
        var quarantine = Quarantine()
        let entry = Quarantine.Entry(
            proxy: lb1,
            operation: "set weight",
            input: "7",
            words: "No.",
            origin: "shop.yaml:1:1"
        )
        quarantine.add(entry)
        #expect(quarantine.entry(for: "set weight", on: lb1, input: "7") == entry)
        #expect(quarantine.entry(for: "set weight", on: lb1, input: "8") == nil)
        #expect(quarantine.entry(for: "set weight", on: lb2, input: "7") == nil)
        #expect(quarantine.entry(for: "add server", on: lb1, input: "7") == nil)
        #expect(quarantine.proxies == [lb1])
        quarantine.release(lb1)
        #expect(quarantine.isEmpty)
    }
}
