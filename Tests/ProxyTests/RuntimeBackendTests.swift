import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// `add backend` and its kin, in the texts of HAProxy 3.4's src/proxy.c.
@Suite struct RuntimeBackendTests {
    private static let boot = """
        defaults base
         mode http
         balance roundrobin
         option forwardfor
         http-request set-header x-base 1
        defaults plain
         balance uri
        frontend fe from base
         bind :80
         use_backend %[path,map(r.map)]
         default_backend web
        backend web from base
         server web1 10.0.0.1:80
        backend spare from base
         server s1 10.0.0.2:80 disabled
        listen both from base
         bind :81
        backend off from base
         disabled
        """

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(Self.boot, files: ["r.map": "/new new\n/web web\n/spare spare\n"])
    }

    /// Where a request goes, by number; -1 is nowhere.
    private func route(_ path: String, _ fixture: RuntimeFixture) -> Int32 {
        let snapshot = fixture.plane.snapshot
        let (head, bytes) = RequestSample.parse("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
        return Router.backend(
            for: head,
            in: bytes.span,
            frontend: snapshot.frontends[0],
            snapshot: snapshot
        )
    }

    @Test func `a backend comes, is led to and goes`() throws {
        let fixture = try fixture()
        #expect(fixture.run("show defaults") == "base\nplain\n")
        #expect(route("/new", fixture) == 0)
        #expect(fixture.run("add backend new from base") == "[6] New backend registered.")
        #expect(fixture.run("show backend").hasSuffix("off\nnew\n"))
        #expect(route("/new", fixture) == 0)
        #expect(fixture.run("add server new/a 10.0.0.9:80") == "[6] New server registered.")
        fixture.run("enable server new/a")
        #expect(fixture.run("publish backend new") == "[6] Backend published.")
        let number = Int(route("/new", fixture))
        #expect(number == fixture.service.table.population.firstDynamicNumber)
        let made = fixture.plane.snapshot.backends[number]
        #expect(made.exists && made.addsForwardedFor && made.servers.count == 1)
        let rules = fixture.plane.snapshot.rules
        #expect(rules.backends[number].request.count == 1)
        #expect(rules[rules.backends[number].name].array == Array("new".utf8))
        #expect(try fixture.stat("new/BACKEND").text(.status) == "UP")

        #expect(
            fixture.run("del backend new")
                == "[3] Backend must be unpublished prior to its deletion."
        )
        #expect(
            fixture.run("wait 1s be-removable new")
                == "[3] Failed. Backend must be unpublished prior to its deletion."
        )
        #expect(fixture.run("unpublish backend new") == "[6] Backend unpublished.")
        #expect(try fixture.stat("new/BACKEND").text(.status) == "UP (UNPUB)")
        #expect(route("/new", fixture) == 0)
        #expect(
            fixture.run("del backend new") == "[3] Only a backend without server can be deleted."
        )
        fixture.run("disable server new/a")
        fixture.run("del server new/a")
        #expect(fixture.run("wait 1s be-removable new") == "[6] Done.")
        #expect(fixture.run("del backend new") == "[6] Backend deleted.")
        #expect(fixture.run("del backend new") == "[3] No such backend.")
        #expect(!fixture.plane.snapshot.backends.indices.contains(number))
        #expect(fixture.run("add backend other from base") == "[6] New backend registered.")
        fixture.run("publish backend other")
        fixture.run("set map r.map /new other")
        #expect(Int(route("/new", fixture)) == number, "the number is used again")
    }

    @Test(arguments: [
        ("add backend", "Require backend name."),
        ("add backend a/b from base", "Invalid character '/' in backend name."),
        ("add backend a", "Usage: add backend <name> from <defproxy>."),
        ("add backend a from", "Usage: add backend <name> from <defproxy>."),
        ("add backend a with base", "Usage: add backend <name> from <defproxy>."),
        (
            "add backend a from base mode http mode tcp",
            "Usage: add backend <name> from <defproxy> [mode <px_mode>] [guid <val>]."
        ),
        (
            "add backend a from base id 4",
            "Usage: add backend <name> from <defproxy> [mode <px_mode>] [guid <val>]."
        ),
        ("add backend a from base mode udp", "Unknown proxy mode."),
        (
            "add backend a from base mode log",
            "Dynamic backends are compatible with only TCP or HTTP mode."
        ),
        ("add backend a from nope", "Cannot find default proxy 'nope'."),
        (
            "add backend a from plain",
            "Mode is required as 'plain' default proxy does not explicitly defines it."
        ),
        (
            "add backend web from base",
            "Error during backend creation : name is already used by other proxy 'backend web'."
        ),
        (
            "add backend both from base",
            "Error during backend creation : name is already used by other proxy 'listen both'."
        ),
        (
            "add backend fe from base",
            "Error during backend creation : name is already used by other proxy 'frontend fe'."
        ),
        (
            "add backend base from base",
            "Error during backend creation : name is already used by other proxy 'defaults base'."
        ),
        ("publish backend nope", "No such backend."),
        ("publish backend", "No such backend."),
        ("unpublish backend nope", "No such backend."),
        ("publish backend off", "No effect on a disabled backend."),
        ("del backend nope", "No such backend."),
        ("del backend", "No such backend."),
        ("del backend a b", "Usage: del backend <name>."),
        ("del backend both", "Cannot delete a listen section."),
        (
            "del backend web",
            "This proxy cannot be removed at runtime due to other configuration elements pointing to it."
        ),
        ("wait 1s be-removable", "Missing backend name."),
        ("wait 1s be-removable nope", "Failed. No such backend."),
    ])
    func `mistakes are told in HAProxy's words`(line: String, text: String) throws {
        let fixture = try fixture()
        #expect(fixture.run(line) == "[3] \(text)")
        for level in [AccessLevel.user, .operator] {
            let answer = fixture.run(line, level: level)
            #expect(answer == "[3] Permission denied")
        }
    }

    @Test func `guids are told apart from those of servers`() throws {
        let fixture = try fixture()
        fixture.run("add backend a from base guid g")
        #expect(
            fixture.run("add backend b from base guid g")
                == "[3] Error during backend creation : GUID insertion : duplicate entry with backend a."
        )
        #expect(
            fixture.run("add server spare/x 10.0.0.3:80 guid g")
                == "[3] 'guid': duplicate entry with backend a."
        )
        fixture.run("del backend a")
        #expect(fixture.run("add backend b from base guid g") == "[6] New backend registered.")
    }

    @Test func `a static algorithm is said to take no servers, and takes none`() throws {
        let fixture = try fixture()
        #expect(
            fixture.run("add backend a from plain mode http")
                == """
                [6] New backend registered (no support for dynamic servers: backend 'a' uses a non dynamic \
                load balancing method).
                """
        )
        #expect(
            fixture.run("add server a/s 10.0.0.9:80")
                == "[3] Backend must use a dynamic load balancing to support dynamic servers."
        )
    }

    @Test func `backends of the boot file can be unpublished, and deleted when nothing names them`()
        throws
    {
        let fixture = try fixture()
        #expect(route("/spare", fixture) == 1)
        fixture.run("unpublish backend spare")
        #expect(route("/spare", fixture) == 0)
        fixture.run("unpublish backend web")
        #expect(route("/web", fixture) == -1)
        #expect(route("/else", fixture) == -1)
        fixture.run("del server spare/s1")
        #expect(fixture.run("del backend spare") == "[6] Backend deleted.")
        #expect(!fixture.run("show backend").contains("spare"))
        #expect(!fixture.plane.snapshot.backends[1].exists)
        fixture.run("publish backend web")
        #expect(route("/spare", fixture) == 0)
    }

    @Test func `requests in it and workers behind hold a deletion up`() throws {
        let fixture = try fixture()
        fixture.run("add backend a from base")
        let number = fixture.service.table.population.firstDynamicNumber
        fixture.plane.usedBackends = [number]
        #expect(fixture.run("del backend a") == "(pending)")
        #expect(fixture.run("wait 1s be-removable a") == "(pending)")
        fixture.plane.requests[number] = 1
        #expect(fixture.run("del backend a") == "[3] Backend still has attached streams on it.")
        fixture.plane.usedBackends = []
        fixture.plane.requests = [:]
        #expect(fixture.run("del backend a") == "[6] Backend deleted.")
        fixture.plane.usedBackends = [number]
        fixture.run("add backend b from base")
        fixture.run("publish backend b")
        fixture.run("set map r.map /new b")
        #expect(Int(route("/new", fixture)) == number + 1, "its number is still in use")
    }

    @Test func `ids grow and never are another proxy's`() throws {
        let fixture = try fixture()
        let ids = try ["a", "b"].map { name in
            fixture.run("add backend \(name) from base")
            return try #require(fixture.stat("\(name)/BACKEND").number(.iid))
        }
        fixture.run("del backend a")
        fixture.run("add backend c from base")
        let third = try #require(fixture.stat("c/BACKEND").number(.iid))
        #expect(ids[0] < ids[1] && ids[1] < third)
        #expect(fixture.run("publish backend #\(third)") == "[6] Backend published.")
    }

    @Test func `a transaction makes a backend and fills it at once`() throws {
        let fixture = try fixture()
        fixture.service.holdsDeletions = true
        fixture.run("begin")
        let publishes = fixture.plane.publishes
        for line in [
            "add backend a from base", "add server a/s 10.0.0.9:80", "enable server a/s",
            "publish backend a", "set map r.map /new a",
        ] {
            #expect(fixture.run(line) == "[6] Queued.")
        }
        #expect(
            fixture.run("publish backend a", session: 2).hasSuffix("another session's transaction.")
        )
        #expect(fixture.run("commit") == "[6] Transaction committed: 5 commands.")
        #expect(fixture.plane.publishes == publishes + 1)
        let number = Int(route("/new", fixture))
        #expect(fixture.plane.slots(ofBackend: number).count == 1)
        fixture.run("begin")
        for line in [
            "unpublish backend a", "disable server a/s", "del server a/s", "del backend a",
            "set map r.map /nothing a",
        ] {
            fixture.run(line)
        }
        #expect(fixture.run("commit").contains("Transaction rolled back: command 5"))
        #expect(Int(route("/new", fixture)) == number)
        #expect(fixture.plane.slots(ofBackend: number).count == 1)
    }
}
