import Testing

@testable import RuntimeAPI

@Suite struct DescriptorFilterTests {
    private func mistake(_ line: String) -> String? {
        do throws(RuntimeSyntaxError) {
            _ = try RuntimeCommand.parse(line: line)
            return nil
        } catch {
            return error.reply.text
        }
    }

    @Test func `descriptors are chosen by kind or by number`() throws {
        func filter(_ words: String) throws -> DescriptorFilter? {
            guard
                case .showDescriptors(let filter) = try RuntimeCommand.parse(
                    line: "show fd" + words
                )
            else { return nil }
            return filter
        }
        #expect(try filter("")?.kinds == Set(DescriptorFilter.Kind.allCases))
        #expect(try filter(" !l")?.kinds == [.listener])
        #expect(try filter(" -pc")?.kinds == [.listener])
        #expect(try filter(" -l 12")?.number == 12)
        #expect(mistake("show fd zz") == "Invalid FD type")
        #expect(mistake("show fd -z") == "Invalid FD type")
    }

    @Test(arguments: [
        "show fd", "show fd -l 7", "show fd !cf", "show pools", "show pools bysize match a 3",
        "show events", "show events r", "show events r -w -n", "show activity -1",
        "show activity 2", "prompt timed", "prompt p timed",
    ])
    func `what was understood is printed so that it is understood again`(line: String) throws {
        let command = try RuntimeCommand.parse(line: line)
        #expect(command.words == line.split(separator: " ").map(String.init))
    }
}
