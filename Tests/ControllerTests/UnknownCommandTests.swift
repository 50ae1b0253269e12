import Controller
import Testing

struct UnknownCommandTests {
    @Test func `a typing error is answered with what was meant`() {
        #expect(
            UnknownCommand("chekc", among: ["plan", "check"]).description
                == "error: there is no command \"chekc\"; did you mean check?\n"
                + "       `apus --help` lists them"
        )
    }

    @Test func `what resembles nothing is answered without a guess`() {
        let words = UnknownCommand("\u{1b}[2J", among: ["plan", "check"]).description
        #expect(!words.contains("did you mean") && !words.contains("\u{1b}"))
    }
}
