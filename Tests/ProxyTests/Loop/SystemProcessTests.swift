import Testing

@testable import Proxy

@Suite struct SystemProcessTests {
    @Test func `a file is written, read and removed`() {
        let path = "/tmp/apus-\(SystemProcess.id)-process.txt"
        let text = String(repeating: "Zeile äöü\n", count: 10_000)
        #expect(SystemProcess.write(text, to: path))
        #expect(SystemProcess.read(path) == text)
        SystemProcess.remove(path)
        #expect(SystemProcess.read(path) == nil)
    }

    @Test func `only configuration files of a directory are listed`() {
        #expect(SystemProcess.files(in: "/tmp/apus-no-such-folder") == nil)
        #expect(SystemProcess.files(in: "/proc/self") == [])
    }

    @Test func `the environment has a search path`() {
        #expect(SystemProcess.environment["PATH"]?.isEmpty == false)
    }
}
