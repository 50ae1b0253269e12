/// The command line, a subset of HAProxy's.
struct CommandOptions {
    var files: [String] = []
    var checksOnly = false
    var isQuiet = false
    var isDebugging = false
    var printsVersion = false
    var pidfile: String?
    /// `-L`: what `HAPROXY_LOCALPEER` says to the configuration; there are no peers.
    var localPeer: String?
    /// `-n`: connections of the process, whatever the configuration says.
    var maxconn: Int?
    /// `-C`: where relative paths start.
    var folder: String?

    /// Why the command line cannot be obeyed.
    struct UsageError: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: apus-proxy -f FILE|DIR [-f …] [options]
          -f FILE|DIR   read this file, or every *.cfg of this directory; several are read as one
          -c            check the configuration and exit: 0 valid, 1 not
          -v, -vv       print the version and exit
          -q            print no warnings
          -V            print them again after -q
          -d, -db       stay in the foreground (always the case)
          -p FILE       write the process id to FILE
          -n COUNT      connections of the whole process, instead of 'maxconn'
          -C FOLDER     go to FOLDER before anything is read
          -L NAME       the name that HAPROXY_LOCALPEER has in the configuration
        """

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "-f":
                guard let file = rest.next() else {
                    throw UsageError(description: "-f needs a file")
                }
                files.append(file)
            case "-p", "-L", "-C", "-n":
                try take(argument, rest.next())
            case "-c": checksOnly = true
            case "-v", "-vv": printsVersion = true
            case "-q": isQuiet = true
            case "-V": isQuiet = false
            case "-d", "-db": isDebugging = true
            // Switches of HAProxy's for pollers, splicing, debugging and memory that have nothing to switch here.
            case "-dM", "-dI", "-dW", "-dr", "-dS", "-dV", "-dk", "-de", "-dp", "-dG", "-dR": break
            case _ where argument.hasPrefix("-dM"): break
            case "-D", "-W", "-Ws":
                throw UsageError(
                    description: "\(argument) is not supported: run it under a service manager"
                )
            default: throw UsageError(description: "unknown option '\(argument)'")
            }
        }
        if files.isEmpty, !printsVersion {
            throw UsageError(description: "no configuration file: use -f")
        }
    }

    /// Options with one value.
    private mutating func take(_ option: String, _ value: String?) throws(UsageError) {
        guard let value else { throw UsageError(description: "\(option) needs a value") }
        switch option {
        case "-p": pidfile = value
        case "-L": localPeer = value
        case "-C": folder = value
        default:
            guard let count = Int(value), count > 0 else {
                throw UsageError(description: "\(option) needs a number above 0, not '\(value)'")
            }
            maxconn = count
        }
    }
}
