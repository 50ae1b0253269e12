import Model
import Testing

@Suite struct DesiredStateTests {
    @Test(arguments: [
        ("0", 10, 0), ("3", 10, 3), ("30", 10, 10), ("30%", 10, 3), ("1%", 10, 1), ("0%", 10, 0),
        ("100%", 7, 7), ("50%", 0, 0), ("25%", 7, 1),
    ])
    func `a quota is a number of a total`(text: String, total: Int, amount: Int) {
        #expect(Quota(text)?.amount(of: total) == amount)
        #expect(Quota(text)?.description == text)
    }

    @Test(arguments: ["", "%", "-1", "101%", "1.5", "x", "1 %", "10%%"])
    func `anything else is no quota`(text: String) {
        #expect(Quota(text) == nil)
    }

    @Test(arguments: [
        "unix:run/lb1.sock", "unix:/run/x", "tcp://10.0.0.1:9999", "tcp://lb.example.com:1",
        "tcp://[::1]:9",
    ])
    func `a runtime address prints to what it is read from`(text: String) {
        #expect(RuntimeAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "unix:", "tcp://", "tcp://:9", "tcp://a", "tcp://a:0", "tcp://a:65536", "tls://a:1",
        "10.0.0.1:9",
    ])
    func `anything else is no runtime address`(text: String) {
        #expect(RuntimeAddress(text) == nil)
    }
}
