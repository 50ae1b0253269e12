import Foundation
import Model
import Testing

@testable import Certificates

struct ACMEClientTests {
    @Test func `an authority that does not answer, or nonsense, is an error in words`() async {
        let answers: [(ACMEResponse?, String)] = [
            (nil, "no answer"),
            (ACMEResponse(status: 200, body: Array("<html>".utf8)), "not what RFC 8555 says"),
            (ACMEResponse(status: 500), "status 500"),
            (ACMEResponse(status: 302, fields: ["location": "https://else.test"]), "status 302"),
        ]
        for (answer, words) in answers {
            let client = Self.client { _ in
                guard let answer else { throw ChallengeError("gone") }
                return answer
            }
            let error = await #expect(throws: ACMEError.self) {
                let _: ACMEDirectory = try await client.directory()
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
            #expect(error?.description.hasPrefix("cannot read the directory at ") == true)
        }
    }

    @Test func `what an authority says cannot write to the terminal`() {
        let problem = ACMEProblem(
            type: "urn:ietf:params:acme:error:caa",
            detail: "\u{1b}[31mno\u{7}",
            subproblems: []
        )
        #expect(problem.kind == "caa")
        #expect(!problem.description.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test func `a profile that is not offered and a missing external account are named`() async {
        let body = #"""
            {"newNonce":"https://ca.test/n","newAccount":"https://ca.test/a","newOrder":"https://ca.test/o",
             "meta":{"externalAccountRequired":true,"profiles":{"classic":"x","short":"y"}}}
            """#
        let client = Self.client { _ in ACMEResponse(status: 200, body: Array(body.utf8)) }
        var goal = ACMEOrder.Goal(["a.test"], by: .http01)
        goal.profile = "long"
        let error = await #expect(throws: ACMEError.self) { try await client.create(goal) }
        #expect(error?.cause == .unknownProfile("long", offered: ["classic", "short"]))
        let other = await #expect(throws: ACMEError.self) {
            try await client.register(ACMEClient.Registration())
        }
        #expect(other?.cause == .externalAccountRequired)
    }

    private static func client(_ fetch: @escaping ACMEFetch) -> ACMEClient {
        ACMEClient(
            directory: "https://ca.test/dir?key=secret",
            key: AccountKey(),
            account: nil,
            hold: 0,
            ACMEClient.Surroundings(fetch: fetch, now: { 1000 }) { _ in }
        )
    }
}
