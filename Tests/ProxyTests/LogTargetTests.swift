import Model
import Testing

@testable import Proxy

@Suite struct LogTargetTests {
    private func parse(_ text: String) -> LogTarget? {
        do throws(RuleMistake) {
            return try LogTarget(text.split(separator: " ").map(String.init)[...])
        } catch {
            return nil
        }
    }

    @Test func `a log line says where, how and what`() throws {
        let target = try #require(
            parse("127.0.0.1:5514 len 200 format rfc5424 sample 1,3-4:5 local3 notice err")
        )
        #expect(target.address == .inet(Endpoint("127.0.0.1:5514") ?? .unix("")))
        #expect(target.length == 200 && target.format == .rfc5424 && target.facility == 19)
        #expect(
            target.level == .notice && target.minimum == .err && target.sample == [1...1, 3...4]
        )
        #expect(parse("/dev/log daemon")?.address == .unix("/dev/log"))
        #expect(parse("stdout format raw local0")?.address == .descriptor(1))
        #expect(parse("10.0.0.1 local0")?.address == .inet(Endpoint("10.0.0.1:514") ?? .unix("")))
        #expect(parse("localhost local0")?.address == .inet(Endpoint("127.0.0.1:514") ?? .unix("")))
    }

    @Test(arguments: [
        "", "127.0.0.1", "127.0.0.1 nowhere", "stdout format odd local0", "stdout len 3 local0",
        "tcp@127.0.0.1:5 local0", "127.0.0.1 local0 loud", "stdout sample 9:5 local0",
        "stdout local0 info err x",
    ])
    func `what cannot be obeyed is refused`(text: String) {
        #expect(parse(text) == nil)
    }
}
