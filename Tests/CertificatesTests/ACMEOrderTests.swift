import Model
import Testing

@testable import Certificates

struct ACMEOrderTests {
    static let authorization = "https://ca.test/authz/1"

    @Test func `everything is published before anything is answered`() throws {
        var order = try Self.begun(names: ["a.test", "b.test"])
        for index in 0..<2 {
            order.apply(.authorization(index, Self.pending(index), askAt: nil), at: 1)
        }
        #expect(order.next(at: 1) == .publish(0, name: "n0.test", token: "token-0-abc"))
        order.apply(.beginning(order.next(at: 1)), at: 1)
        order.apply(.published(0), at: 1)
        #expect(order.next(at: 1) == .publish(1, name: "n1.test", token: "token-1-abc"))
        order.apply(.published(1), at: 1)
        #expect(order.next(at: 1) == .answer(0, url: "https://ca.test/chall/0"))
    }

    @Test func `an authorization is not asked for before its Retry-After`() throws {
        var order = try Self.begun(names: ["a.test"])
        order.apply(.authorization(0, Self.pending(0), askAt: nil), at: 1)
        order.apply(.published(0), at: 1)
        order.apply(.answered(0, askAt: 50), at: 1)
        #expect(order.next(at: 49) == .wait(until: 50))
        #expect(order.next(at: 50) == .readAuthorization(0, url: "https://ca.test/authz/0"))
        order.apply(.authorization(0, Self.pending(0), askAt: 70), at: 50)
        #expect(order.next(at: 69) == .wait(until: 70))
    }

    @Test func `a second order is not created within a minute of the first try`() {
        var order = ACMEOrder(ACMEOrder.Goal(["a.test"], by: .http01), at: 100)
        #expect(order.next(at: 100) == .create)
        order.apply(.beginning(.create), at: 100)
        #expect(order.next(at: 159) == .wait(until: 160))
        #expect(order.next(at: 160) == .create)
    }

    @Test func `what was published is withdrawn before an order is over`() throws {
        var order = try Self.begun(names: ["a.test"])
        order.apply(.authorization(0, Self.pending(0), askAt: nil), at: 1)
        order.apply(.beginning(order.next(at: 1)), at: 1)
        order.apply(.refused("no"), at: 1)
        #expect(!order.isOver)
        #expect(order.next(at: 1) == .withdraw(0, name: "n0.test", token: "token-0-abc"))
        order.apply(.withdrawn(0), at: 1)
        #expect(order.next(at: 1) == .failed("no"))
        #expect(order.isOver)
    }

    @Test func `a token that is none is never published`() throws {
        for token in ["../../etc/passwd", "a b", "", "short", String(repeating: "a", count: 129)] {
            var order = try Self.begun(names: ["a.test"])
            order.apply(.authorization(0, Self.pending(0, token: token), askAt: nil), at: 1)
            #expect(order.next(at: 1) == .failed("the authority's token is none"))
        }
    }

    @Test func `a way of proof that is not offered is named`() throws {
        var order = try Self.begun(names: ["a.test"])
        order.apply(.authorization(0, Self.pending(0, type: "dns-01"), askAt: nil), at: 1)
        let words = "the authority proves n0.test by dns-01, not by http-01"
        #expect(order.next(at: 1) == .failed(words))
    }

    private static func begun(names: [String]) throws -> ACMEOrder {
        var order = ACMEOrder(ACMEOrder.Goal(names, by: .http01), at: 0)
        let resource = ACMEOrderResource(
            status: "pending",
            authorizations: names.indices.map { "https://ca.test/authz/\($0)" },
            finalize: "https://ca.test/finalize",
            certificate: nil,
            error: nil
        )
        order.apply(.order(resource, url: "https://ca.test/order", askAt: nil), at: 0)
        return order
    }

    private static func pending(
        _ index: Int,
        type: String = "http-01",
        token: String? = nil
    ) -> ACMEAuthorization {
        let challenge = ACMEAuthorization.Challenge(
            type: type,
            url: "https://ca.test/chall/\(index)",
            token: token ?? "token-\(index)-abc",
            status: "pending",
            error: nil
        )
        return ACMEAuthorization(
            status: "pending",
            identifier: ACMEIdentifier("n\(index).test"),
            challenges: [challenge]
        )
    }
}
