/// What an agent says of its server in one line (`process_chk_agent`, HAProxy 2.6; configuration.txt, agent-check).
struct AgentReply: Hashable {
    /// What an operator would do.
    enum Administration: Hashable { case ready, drain, maint }

    var isUp: Bool?
    /// The word that said so, with what stood behind `#`.
    var words = ""
    var administration: Administration?
    /// In percent of the declared weight.
    var weight: Int?
    var maxconn: Int?
    /// A word that means nothing.
    var unknown: String?

    /// Reads words between spaces, tabs and commas, up to the end of the line or `#`.
    init(_ line: String) {
        let parts = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let remark = parts.count > 1 ? parts[1].drop { $0 == " " || $0 == "\t" } : ""
        for word in parts[0].split(whereSeparator: { " \t,".contains($0) }) {
            read(word.lowercased(), as: String(word))
        }
        if isUp != nil {
            words = "via agent : \(words)\(remark.isEmpty ? "" : " (\(remark))")"
        }
    }

    private mutating func read(_ word: String, as original: String) {
        switch word {
        case "up":
            isUp = true
            words = original
        case "down", "stopped", "fail":
            isUp = false
            words = original
        case "ready": administration = .ready
        case "drain": administration = .drain
        case "maint": administration = .maint
        case _ where word.hasSuffix("%"):
            weight = Int(word.dropLast()).flatMap { (0...25_600).contains($0) ? $0 : nil }
            if weight == nil { unknown = unknown ?? original }
        case _ where word.hasPrefix("maxconn:"):
            maxconn = Int(word.dropFirst(8)).flatMap {
                (0...Int(Int32.max)).contains($0) ? $0 : nil
            }
            if maxconn == nil { unknown = unknown ?? original }
        default: unknown = unknown ?? original
        }
    }
}
