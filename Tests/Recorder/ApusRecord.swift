import FoundationEssentials
import Simulation
import Stage

/// Records what a real HAProxy answers to the committed scripts: `make transcripts`.
///
/// `HAPROXY_PROGRAM` names the program and leading arguments, so that any release can be recorded.
@main enum ApusRecord {
    static func main() throws {
        guard let program = Programs.find("haproxy", variable: "HAPROXY_PROGRAM") else {
            print("no haproxy in PATH; set HAPROXY_PROGRAM")
            return
        }
        let release = try Recording.release(of: program)
        let folder = "\(Programs.top)/Tests/RuntimeAPITests/Transcripts"
        let scripts = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/Scripts")
            .sorted()
        let target = "\(folder)/haproxy-\(release)"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in scripts where name.hasSuffix(".in") {
            let file = URL(filePath: "\(folder)/Scripts/\(name)")
            let script = TranscriptScript(
                parsing: String(decoding: try Data(contentsOf: file), as: UTF8.self)
            )
            guard !Recording.isOlder(release, than: script.since) else { continue }
            let modes: [Recording.Mode] =
                script.isOneConnectionEach ? [.oneShot] : [.oneShot, .prompt]
            for mode in modes {
                let recording = Recording(program: program, sources: folder, mode: mode)
                let transcript = try recording.play(script)
                let path = "\(target)/\(name.dropLast(3)).\(mode.rawValue).txt"
                try Data(transcript.text.utf8).write(to: URL(filePath: path))
                print("\(path.dropFirst(Programs.top.count + 1)): \(transcript.steps.count) steps")
            }
        }
    }
}
