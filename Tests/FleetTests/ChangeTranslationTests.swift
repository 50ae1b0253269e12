import Model
import Planning
import RuntimeAPI
import Testing

@testable import Fleet

struct ChangeTranslationTests {
    private let path = FleetFixture.path("web1")

    private func texts(_ change: Change, forgetsHealth: Bool = false) -> [String] {
        ChangeTranslation.commands(for: change, forgetsHealth: forgetsHealth).map(\.command.text)
    }

    @Test func `every change in place is spelled as HAProxy spells it`() {
        let six = FleetFixture.endpoint("[2001:db8::1]:8080")
        #expect(texts(.enableHealth(path)) == ["enable health shop/web1"])
        #expect(
            texts(.setAdmin(path, from: nil, to: .maint)) == ["set server shop/web1 state maint"]
        )
        #expect(
            texts(.setAddress(path, from: nil, to: six))
                == ["set server shop/web1 addr 2001:db8::1 port 8080"]
        )
        #expect(texts(.setMaxconn(path, from: 0, to: 7)) == ["set maxconn server shop/web1 7"])
        #expect(
            texts(.setCheckAddress(path, address: "10.0.0.9", port: 81))
                == ["set server shop/web1 check-addr 10.0.0.9 port 81"]
        )
        #expect(
            texts(.setCheckAddress(path, address: nil, port: 81))
                == ["set server shop/web1 check-port 81"]
        )
        #expect(
            texts(.setAgentAddress(path, address: "10.0.0.9", port: nil))
                == ["set server shop/web1 agent-addr 10.0.0.9"]
        )
        #expect(
            texts(.setAgentAddress(path, address: nil, port: 81))
                == ["set server shop/web1 agent-port 81"]
        )
        #expect(texts(.deleteServer(path)) == ["del server shop/web1"])
    }

    @Test func `backends are made and deleted as HAProxy 3.4 spells it`() {
        let shop = path.backend
        #expect(
            texts(.addBackend(shop, from: FleetFixture.name("http"), guid: "apus:1:2"))
                == ["add backend shop from http guid apus:1:2"]
        )
        #expect(texts(.publishBackend(shop)) == ["publish backend shop"])
        #expect(texts(.unpublishBackend(shop)) == ["unpublish backend shop"])
        #expect(texts(.deleteBackend(shop)) == ["del backend shop"])
    }

    @Test
    func `health is forgotten before an address changes and after a server leaves maintenance`() {
        let two = FleetFixture.endpoint("10.0.0.2:80")
        #expect(
            texts(.setAddress(path, from: nil, to: two), forgetsHealth: true) == [
                "set server shop/web1 health down", "set server shop/web1 addr 10.0.0.2 port 80",
            ]
        )
        #expect(
            texts(.setAdmin(path, from: .maint, to: .drain), forgetsHealth: true) == [
                "set server shop/web1 state drain", "set server shop/web1 health down",
            ]
        )
    }

    @Test func `map words are escaped`() {
        let entry = MapEntry(key: "a", value: "two words; and more")
        #expect(
            texts(.addMapEntry(FleetFixture.map("m.map"), entry))
                == [#"add map m.map a two\ words\;\ and\ more"#]
        )
    }

    @Test func `success shows in severity and text`() {
        let silent = ChangeTranslation.Command(command: .enableHealth(ServerReference(path)))
        #expect(silent.complaint(in: RuntimeReply(text: "")) == nil)
        #expect(
            silent.complaint(in: RuntimeReply(severity: .error, text: "No such server.")) != nil
        )
        #expect(silent.complaint(in: RuntimeReply(text: "Failed!")) == "Failed!")
        #expect(
            silent.complaint(in: RuntimeReply(severity: .info, text: "Unknown command: 'x'")) != nil
        )
        let noting = ChangeTranslation.Command(command: .showBackend, success: .noting)
        #expect(noting.complaint(in: RuntimeReply(severity: .warning, text: "IP changed")) == nil)
        let saying = ChangeTranslation.Command(command: .showBackend, success: .saying("deleted"))
        #expect(saying.complaint(in: RuntimeReply(severity: .info, text: "Server deleted.")) == nil)
        #expect(saying.complaint(in: RuntimeReply(severity: .info, text: "")) == "")
    }

    @Test func `payloads stay below the limit and keep the order`() {
        let entries = (0..<10).map { MapEntry(key: "key\($0)", value: "value") }
        let payloads = ChangeTranslation.payloads(of: entries, limit: 25)
        #expect(payloads.count == 5)
        #expect(payloads.allSatisfy { $0.utf8.count <= 25 })
        #expect(payloads.joined() == entries.map { "\($0.key) \($0.value)\n" }.joined())
    }
}
