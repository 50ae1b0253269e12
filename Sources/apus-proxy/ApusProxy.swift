import Model
import Proxy

/// `apus-proxy`: reads the configuration, says everything that is wrong with it, serves.
@main
enum ApusProxy {
    static func main() {
        let options: CommandOptions
        do throws(CommandOptions.UsageError) {
            options = try CommandOptions(CommandLine.arguments.dropFirst())
        } catch {
            SystemProcess.complain("apus-proxy: \(error)\n\(CommandOptions.usage)")
            SystemProcess.exit(1)
        }
        if options.printsHelp {
            print(CommandOptions.usage)
            return
        }
        if options.printsVersion {
            print("apus-proxy version 0.1 - Runtime API as in HAProxy 3.0")
            return
        }
        if let condition = options.condition { answer(condition) }
        if let folder = options.folder, !SystemProcess.enter(folder) {
            SystemProcess.complain(
                "[ALERT]    (\(SystemProcess.id)) : Could not change to directory \(folder)"
            )
            SystemProcess.exit(1)
        }
        guard var configuration = readConfiguration(options) else { SystemProcess.exit(1) }
        if options.checksOnly {
            guard configuration.hasListeners else {
                SystemProcess.complain(
                    "Configuration file has no error but will not start (no listener) => exit(2)."
                )
                SystemProcess.exit(2)
            }
            if !options.isQuiet { print("Configuration file is valid") }
            return
        }
        guard configuration.hasListeners else {
            SystemProcess.complain(
                "[ALERT]    (\(SystemProcess.id)) : [haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting."
            )
            SystemProcess.exit(1)
        }
        if let socket = Succession.workerSocket {
            configuration.statsSockets.append(socket)
            return serve(configuration, options, Detached.none)
        }
        let detached = Detached(
            isWanted: (options.isDaemon || configuration.process.isDaemon) && !options.isDebugging
        )
        if options.hasMaster || configuration.process.hasMaster {
            SystemProcess.exit(superviseWorkers(configuration, options, detached))
        }
        serve(configuration, options, detached)
    }

    /// The background, if the process goes there.
    private struct Detached: Sendable {
        static let none = Detached(isWanted: false)
        private let detachment: Detachment?

        /// Returns in the process that stays.
        init(isWanted: Bool) {
            detachment = isWanted ? Detachment.begin() : nil
            guard isWanted, detachment == nil else { return }
            SystemProcess.complain("[ALERT]    (\(SystemProcess.id)) : cannot fork")
            SystemProcess.exit(1)
        }

        func finish() { detachment?.finish() }
    }

    private static func superviseWorkers(
        _ configuration: ProxyConfiguration,
        _ options: CommandOptions,
        _ detached: Detached
    ) -> Int32 {
        var master = Master.Options()
        master.words = CommandLine.arguments
        master.commandLine = options.masterAddress
        master.pidfile = options.pidfile ?? configuration.pidfile
        master.started = { detached.finish() }
        var process = Master(master)
        return process.run()
    }

    /// `-cc`: 0 for true, 1 for false and for an expression that cannot be read.
    private static func answer(_ condition: String) -> Never {
        switch ConfigParser.holds(condition, environment: SystemProcess.environment) {
        case .success(let holds): SystemProcess.exit(holds ? 0 : 1)
        case .failure(let mistake):
            SystemProcess.complain(
                "[ALERT]    (\(SystemProcess.id)) : config : Failed to evaluate condition: \(mistake)"
            )
            SystemProcess.exit(1)
        }
    }

    private static func readConfiguration(_ options: CommandOptions) -> ProxyConfiguration? {
        let pid = SystemProcess.id
        var files: [(name: String, text: String)] = []
        for path in options.files {
            let names = SystemProcess.files(in: path).map { $0.map { "\(path)/\($0)" } } ?? [path]
            for name in names {
                guard let text = SystemProcess.read(name) else {
                    SystemProcess.complain(
                        "[ALERT]    (\(pid)) : Cannot open configuration file/directory \(name)"
                    )
                    return nil
                }
                files.append((name, text))
            }
        }
        var environment = SystemProcess.environment
        environment["HAPROXY_CFGFILES"] = files.map(\.name).joined(separator: ";")
        environment["HAPROXY_LOCALPEER"] = options.localPeer ?? SystemProcess.hostName
        var (configuration, diagnostics) = ConfigParser.parse(
            files: files,
            environment: environment,
            listing: { SystemProcess.files(in: $0, endingIn: "") },
            readingBytes: { SystemProcess.bytes(of: $0) },
            reading: { SystemProcess.read($0) }
        )
        for diagnostic in diagnostics where diagnostic.severity == .error || !options.isQuiet {
            SystemProcess.complain(ConfigParser.alert(diagnostic, pid: pid))
        }
        if configuration == nil {
            SystemProcess.complain(
                "[ALERT]    (\(pid)) : config : Fatal errors found in configuration."
            )
        }
        if let maxconn = options.maxconn { configuration?.maxconn = maxconn }
        return configuration
    }

    private static func serve(
        _ configuration: ProxyConfiguration,
        _ options: CommandOptions,
        _ detached: Detached
    ) {
        let pid = SystemProcess.id
        let pidfile = options.pidfile ?? configuration.pidfile
        let server = ProxyServer(
            configuration: configuration,
            pid: pid,
            startTime: SystemProcess.time,
            stop: StopSwitch(catchesSignals: true),
            succession: options.succession
        )
        do throws(ProxyServer.StartError) {
            try server.run { _ in
                if let pidfile { _ = SystemProcess.write("\(pid)\n", to: pidfile) }
                detached.finish()
            }
        } catch {
            for message in error.messages {
                SystemProcess.complain("[ALERT]    (\(pid)) : \(message)")
            }
            SystemProcess.exit(1)
        }
        // A successor has written its own.
        if let pidfile, SystemProcess.read(pidfile) == "\(pid)\n" { SystemProcess.remove(pidfile) }
    }
}
