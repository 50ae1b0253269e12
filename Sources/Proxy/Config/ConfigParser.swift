package import Model

/// Turns a boot file into a `ProxyConfiguration`, refusing whatever it would have to ignore.
///
/// Every mistake of a run is reported, in HAProxy's words where it has them.
package struct ConfigParser {
    /// Gives a map file's text; nil when it cannot be read.
    package typealias FileReader = (_ path: String) -> String?

    /// The configuration, or nil when a diagnostic is an error.
    package static func parse(
        files: [(name: String, text: String)],
        environment: [String: String],
        reading readFile: FileReader
    ) -> (configuration: ProxyConfiguration?, diagnostics: [Diagnostic]) {
        (nil, [])
    }

    /// One diagnostic as HAProxy prints it at boot.
    package static func alert(_ diagnostic: Diagnostic, pid: Int) -> String {
        let label = diagnostic.severity == .error ? "[ALERT]  " : "[WARNING]"
        let place = "\(diagnostic.origin.file):\(diagnostic.origin.line)"
        return "\(label)  (\(pid)) : config : parsing [\(place)] : \(diagnostic.message)"
    }
}
