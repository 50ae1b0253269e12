import Logging
import Synchronization
import Testing

@testable import Controller

@Suite struct EventLogTests {
    private func line(_ format: EventLog.Format, _ body: (Logger) -> Void) -> String {
        let transcript = Transcript()
        let console = transcript.console()
        let style = TerminalStyle(hasColor: false)
        var logger = Logger(label: "apus") { _ in
            EventLog(format: format, style: style, now: { 3_723_045 }, write: console.err)
        }
        logger[metadataKey: "fleet"] = "edge"
        body(logger)
        return transcript.err
    }

    @Test func `a line for people has the time, what happened, and where first`() {
        let text = line(.text) { logger in
            logger.info(
                "proxy converged",
                metadata: ["took": "84 ms", "proxy": "lb1", "operations": "8"]
            )
        }
        #expect(
            text
                == "01:02:03.045  proxy converged       fleet=edge  proxy=lb1  operations=8  took=\"84 ms\"\n"
        )
    }

    @Test func `a line for machines is one JSON object`() {
        let text = line(.json) { $0.warning("drift found", metadata: ["repair": "a \"b\""]) }
        #expect(
            text
                == #"{"fleet":"edge","level":"warning","message":"drift found","repair":"a \"b\"","time":"3723045"}"#
                + "\n"
        )
    }

    @Test func `what a proxy said cannot break out of its line`() {
        let text = line(.text) { $0.error("proxy failed", metadata: ["why": "x\n\u{1b}[2Jy"]) }
        #expect(text.split(separator: "\n").count == 1)
        #expect(!text.contains("\u{1b}"))
    }
}
