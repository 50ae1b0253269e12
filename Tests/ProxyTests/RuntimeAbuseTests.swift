import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// What a hostile or clumsy client may send to the runtime socket, with what HAProxy 3.0.11 answered.
@Suite struct RuntimeAbuseTests {
    /// What a client sends on a new connection, and everything that comes back.
    struct Abuse: Sendable, CustomTestStringConvertible {
        let name: String
        let input: String
        let answer: String

        init(_ name: String, _ input: String, _ answer: String) {
            self.name = name
            self.input = input
            self.answer = answer
        }

        var testDescription: String { name }
    }

    private static let boot = """
        frontend fe
         bind :80
         http-request set-header x %[path,map(virt@m)]
         default_backend be
        backend be
         balance roundrobin
         server s1 127.0.0.1:1992 weight 10
         server s2 127.0.0.1:1993 disabled
        """

    @Test(arguments: answeredAlike)
    func `abuses are answered as HAProxy answers them`(abuse: Abuse) throws {
        #expect(try answer(to: abuse.input) == abuse.answer)
    }

    /// Where HAProxy takes what cannot be meant.
    @Test(arguments: refused)
    func `what HAProxy takes by accident is refused`(abuse: Abuse) throws {
        #expect(try answer(to: abuse.input) == abuse.answer)
    }

    @Test func `no length of line or payload goes through, and none is kept`() throws {
        let refusal = "The command is too big for the buffer size."
        for input in [
            "show " + String(repeating: "a", count: 16_400) + "\n",
            String(repeating: "a", count: 100_000),
            "add map virt@m <<\n" + String(repeating: "k v\n", count: 8000) + "\n",
        ] {
            #expect(try answer(to: input).contains(refusal))
        }
    }

    @Test(arguments: answeredAlike)
    func `it makes no difference in which pieces an abuse arrives`(abuse: Abuse) throws {
        #expect(try answer(to: abuse.input, pieces: 1) == abuse.answer)
        #expect(try answer(to: abuse.input, pieces: 7) == abuse.answer)
    }

    /// Everything a new connection answers to these bytes, in pieces of so many bytes, until it has no more to say.
    private func answer(to input: String, pieces size: Int = .max) throws -> String {
        let fixture = try RuntimeFixture(Self.boot)
        fixture.service.holdsDeletions = true
        var session = ServerSession(level: .admin)
        var output: [UInt8] = []
        let bytes = Array(input.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(size, bytes.count))
            if session.wantsInput { session.receive(bytes[start..<end]) }
            start = end
            while let action = session.next() {
                switch action {
                case .reply(let reply): output += reply
                case .close: return String(decoding: output, as: UTF8.self)
                case .execute(let command, let payload):
                    let reply = execute(command, payload, session.level, fixture)
                    output += session.finish(reply)
                }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func execute(
        _ command: RuntimeCommand,
        _ payload: String?,
        _ level: AccessLevel,
        _ fixture: RuntimeFixture
    ) -> RuntimeReply {
        let service = fixture.service
        switch service.execute(command, payload: payload, level: level, now: fixture.now) {
        case .reply(let reply): return reply
        case .pending(let wait):
            return service.poll(wait, now: wait.deadline) ?? RuntimeReply(text: "never answered")
        }
    }
}

extension RuntimeAbuseTests {
    private static let refused: [Abuse] = [
        Abuse(
            "maxconn neg",
            "set severity-output number;set maxconn server be/s1 -5\n",
            "\n[3]: maxconn string empty or preceded by garbage\n\n"
        ),
        Abuse(
            "addr port 0",
            "set severity-output number;set server be/s1 addr 1.2.3.4 port 0\n",
            "\n[4]: problem converting port '0' to an int\n\n"
        ),
        Abuse(
            "addr port big",
            "set severity-output number;set server be/s1 addr 1.2.3.4 port 70000\n",
            "\n[4]: problem converting port '70000' to an int\n\n"
        ),
        Abuse(
            "add badkw",
            "set severity-output number;add server be/n 1.2.3.4:80 foo\n",
            "\n[3]: unknown keyword 'foo'.\n\n"
        ),
        Abuse(
            "add kw novalue",
            "set severity-output number;add server be/n 1.2.3.4:80 weight\n",
            "\n[3]: 'weight' expects an argument.\n\n"
        ),
        Abuse(
            "add id huge",
            "set severity-output number;add server be/n 1.2.3.4:80 id 99999999999\n",
            "\n[3]: 'id' : custom id has to be > 0.\n\n"
        ),
    ]

    private static let answeredAlike: [Abuse] = [
        Abuse("empty line", "\n", "\n"),
        Abuse("spaces", "   \n", "\n"),
        Abuse("only ;", ";\n", "\n\n"),
        Abuse("many ;", ";;;;\n", "\n\n\n\n\n"),
        Abuse("no newline + shut", "show backend", ""),
        Abuse("nul byte", "show\u{0} backend\n", "# name\nbe\n\n"),
        Abuse("nul only", "\u{0}\n", "\n"),
        Abuse("tabs", "show\t\tbackend\n", "# name\nbe\n\n"),
        Abuse(
            "server no slash",
            "set severity-output number;enable server be\n",
            "\n[3]: Require 'backend/server'.\n\n"
        ),
        Abuse(
            "slash only",
            "set severity-output number;enable server /\n",
            "\n[3]: Require 'backend/server'.\n\n"
        ),
        Abuse(
            "be/",
            "set severity-output number;enable server be/\n",
            "\n[3]: Require 'backend/server'.\n\n"
        ),
        Abuse(
            "/s1",
            "set severity-output number;enable server /s1\n",
            "\n[3]: No such backend.\n\n"
        ),
        Abuse(
            "be/s1/x",
            "set severity-output number;enable server be/s1/x\n",
            "\n[3]: No such server.\n\n"
        ),
        Abuse("#id", "set severity-output number;get weight #3/#1\n", "\n10 (initial 10)\n\n"),
        Abuse(
            "#bad",
            "set severity-output number;get weight #x/#1\n",
            "\n[3]: No such backend.\n\n"
        ),
        Abuse(
            "#neg",
            "set severity-output number;get weight #-1/#1\n",
            "\n[3]: No such backend.\n\n"
        ),
        Abuse(
            "weight big",
            "set severity-output number;set weight be/s1 99999999999999999999\n",
            "\n[3]: Absolute weight can only be between 0 and 256 inclusive.\n\n"
        ),
        Abuse(
            "weight neg",
            "set severity-output number;set weight be/s1 -1\n",
            "\n[3]: Absolute weight can only be between 0 and 256 inclusive.\n\n"
        ),
        Abuse("weight pct", "set severity-output number;set weight be/s1 100000%\n", "\n\n"),
        Abuse(
            "weight garb",
            "set severity-output number;set weight be/s1 5x\n",
            "\n[3]: Trailing garbage in weight string\n\n"
        ),
        Abuse(
            "weight empty",
            "set severity-output number;set weight be/s1\n",
            "\n[3]: Require <weight> or <weight%>.\n\n"
        ),
        Abuse(
            "maxconn garb",
            "set severity-output number;set maxconn server be/s1 1x\n",
            "\n[3]: Trailing garbage in maxconn string\n\n"
        ),
        Abuse(
            "maxconn fe neg",
            "set severity-output number;set maxconn frontend fe -5\n",
            "\n[3]: Value out of range.\n\n"
        ),
        Abuse(
            "maxconn fe garb",
            "set severity-output number;set maxconn frontend fe abc\n",
            "\n\n"
        ),
        Abuse(
            "addr garb",
            "set severity-output number;set server be/s1 addr foo\n",
            "\n[4]: Invalid addr 'foo'\n\n"
        ),
        Abuse(
            "addr noport",
            "set severity-output number;set server be/s1 addr 1.2.3.4 port\n",
            "\n[4]: problem converting port '' to an int\n\n"
        ),
        Abuse(
            "addr v6",
            "set severity-output number;set server be/s1 addr ::1\n",
            "\n[4]: IP changed from '127.0.0.1' to '::1' by 'stats socket command'\n\n"
        ),
        Abuse(
            "state bad",
            "set severity-output number;set server be/s1 state foo\n",
            "\n[3]: 'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"
        ),
        Abuse(
            "set server nothing",
            "set severity-output number;set server be/s1\n",
            "\n[3]: usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n\n"
        ),
        Abuse(
            "set server unk",
            "set severity-output number;set server be/s1 foo\n",
            "\n[3]: usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n\n"
        ),
        Abuse(
            "health bad",
            "set severity-output number;set server be/s1 health foo\n",
            "\n[3]: 'set server <srv> health' expects 'up', 'stopping', or 'down'.\n\n"
        ),
        Abuse(
            "add dup",
            "set severity-output number;add server be/s1 1.2.3.4:80\n",
            "\n[3]: Already exists a server with the same name in backend.\n\n"
        ),
        Abuse(
            "add badname",
            "set severity-output number;add server be/a*b 1.2.3.4:80\n",
            "\n[3]: character '*' is not permitted in server name 'a*b'.\n\n"
        ),
        Abuse(
            "add noaddr",
            "set severity-output number;add server be/n\n",
            "\n[3]: 'server' expects <name> and <addr>[:<port>] as arguments.\n\n"
        ),
        Abuse(
            "add weight 300",
            "set severity-output number;add server be/n 1.2.3.4:80 weight 300\n",
            "\n[3]: weight of server n is not within 0 and 256 (300)..\n\n"
        ),
        Abuse(
            "add id 0",
            "set severity-output number;add server be/n 1.2.3.4:80 id 0\n",
            "\n[3]: 'id' : custom id has to be > 0.\n\n"
        ),
        Abuse(
            "add id neg",
            "set severity-output number;add server be/n 1.2.3.4:80 id -4\n",
            "\n[3]: 'id' : custom id has to be > 0.\n\n"
        ),
        Abuse(
            "add static kw",
            "set severity-output number;add server be/n 1.2.3.4:80 resolvers x\n",
            "\n[3]: 'resolvers' option is not accepted for dynamic server\n\n"
        ),
        Abuse(
            "add port 70000",
            "set severity-output number;add server be/n 1.2.3.4:70000\n",
            "\n[3]: invalid port '70000'\n\n"
        ),
        Abuse(
            "del not maint",
            "set severity-output number;del server be/s1\n",
            "\n[3]: Only servers in maintenance mode can be deleted.\n\n"
        ),
        Abuse(
            "del nope",
            "set severity-output number;del server be/nope\n",
            "\n[3]: No such server.\n\n"
        ),
        Abuse(
            "del twice",
            "set severity-output number;del server be/s2;del server be/s2\n",
            "\n[6]: Server deleted.\n\n[3]: No such server.\n\n"
        ),
        Abuse("wait bad", "set severity-output number;wait x\n", "\n[3]: Invalid duration.\n\n"),
        Abuse("wait neg", "set severity-output number;wait -1\n", "\n[3]: Invalid duration.\n\n"),
        Abuse(
            "wait unit",
            "set severity-output number;wait 1y\n",
            "\n[3]: Invalid duration.\n\n"
        ),
        Abuse(
            "wait cond",
            "set severity-output number;wait 1 foo\n",
            "\n[3]: Usage: wait {-h|<duration>} [condition [args...]]\n  - '-h' displays this help\n  - <duration> is the maximum wait time, optionally suffixed by the unit among\n    'us', 'ms', 's', 'm', 'h', and 'd'. ; the default unit is milliseconds.\n  - <condition> indicates what to wait for, no longer than the specified\n    duration. Supported conditions are:\n    - <none> : by default, just sleep for the specified duration.\n    - srv-removable <px>/<sv> : wait for this server to become removable.\n\n"
        ),
        Abuse(
            "wait srv none",
            "set severity-output number;wait 1 srv-removable\n",
            "\n[3]: Missing server name (<backend>/<server>).\n\n"
        ),
        Abuse(
            "wait srv nope",
            "set severity-output number;wait 1 srv-removable be/nope\n",
            "\n[3]: Failed.\n\n"
        ),
        Abuse(
            "wait active",
            "set severity-output number;wait 1 srv-removable be/s1\n",
            "\n[3]: Failed.\n\n"
        ),
        Abuse("payload eof", "add map virt@m <<\nk v\n", ""),
        Abuse("payload ok", "set severity-output number;add map virt@m <<\nk v\n\n", "\n\n"),
        Abuse(
            "payload bad",
            "set severity-output number;add map virt@m <<\nkey\n\n",
            "\n[3]: Missing value for key 'key'.\n\n"
        ),
        Abuse("payload on show", "show backend <<\nfoo\n\n", "# name\nbe\n\n"),
        Abuse("map ver garb", "set severity-output number;add map @x virt@m a b\n", "\n\n"),
        Abuse(
            "map ver future",
            "set severity-output number;add map @9 virt@m a b\n",
            "\n[3]: Version number in the future, please use 'prepare map' before.\n\n"
        ),
        Abuse(
            "commit garb",
            "set severity-output number;commit map @x virt@m\n",
            "\n[3]: Version number out of range.\n\n"
        ),
        Abuse(
            "commit none",
            "set severity-output number;commit map virt@m\n",
            "\n[3]: Missing version number.\n\n"
        ),
        Abuse(
            "map #99",
            "set severity-output number;show map #99\n",
            "\n[3]: Unknown map identifier. Please use #<id> or <file>.\n\n"
        ),
        Abuse(
            "map ref bad",
            "set severity-output number;del map virt@m #0xzz\n",
            "\n[3]: Malformed identifier. Please use #<id> or <file>.\n\n"
        ),
        Abuse(
            "map ref none",
            "set severity-output number;del map virt@m #0x1\n",
            "\n[3]: Key not found.\n\n"
        ),
        Abuse(
            "sev bad",
            "set severity-output foo\n",
            "one of 'none', 'number', 'string' is a required argument\n\n"
        ),
        Abuse(
            "timeout bad",
            "set severity-output number;set timeout cli x\n",
            "\n[3]: Invalid timeout value.\n\n"
        ),
        Abuse(
            "timeout neg",
            "set severity-output number;set timeout cli -1\n",
            "\n[3]: Invalid timeout value.\n\n"
        ),
        Abuse(
            "timeout foo",
            "set severity-output number;set timeout foo 1\n",
            "\n[3]: 'set timeout' only supports 'cli'.\n\n"
        ),
        Abuse(
            "fe nope",
            "set severity-output number;disable frontend nope\n",
            "\n[3]: No such frontend.\n\n"
        ),
        Abuse(
            "fe none",
            "set severity-output number;disable frontend\n",
            "\n[3]: A frontend name is expected.\n\n"
        ),
        Abuse(
            "fe twice",
            "set severity-output number;disable frontend fe;disable frontend fe\n",
            "\n\n[5]: All sockets are already disabled.\n\n"
        ),
        Abuse(
            "shutdown none",
            "set severity-output number;shutdown sessions server\n",
            "\n[3]: Require 'backend/server'.\n\n"
        ),
        Abuse(
            "stat bad",
            "set severity-output number;show stat nope 4 -1\n",
            "\n[3]: No such proxy.\n\n"
        ),
        Abuse(
            "stat dom",
            "set severity-output number;show stat domain foo\n",
            "\n[3]: Invalid statistics domain.\n\n"
        ),
        Abuse(
            "state nope",
            "set severity-output number;show servers state nope\n",
            "\n[3]: Can't find backend.\n\n"
        ),
        Abuse(
            "rate neg",
            "set severity-output number;set rate-limit connections global -1\n",
            "\n[3]: Value out of range.\n\n"
        ),
        Abuse(
            "rate none",
            "set severity-output number;set rate-limit\n",
            "\n[3]: 'set rate-limit' only supports :\n   - 'connections global' to set the per-process maximum connection rate\n   - 'sessions global' to set the per-process maximum session rate\n   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n   - 'http-compression global' to set the per-process maximum compression speed in kB/s\n\n"
        ),
        Abuse("clear x", "set severity-output number;clear counters foo\n", "\n\n"),
        Abuse("two lines", "show backend\nshow backend\n", "# name\nbe\n\n"),
        Abuse("prompt quit", "prompt\nquit\n", "\n> "),
        Abuse("prompt chain", "prompt;show backend\nquit\n", "\n> # name\nbe\n\n> "),
    ]
}
