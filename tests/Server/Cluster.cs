using System.Diagnostics;
using Shiplog.Contracts;

namespace Shiplog.Server.Tests;

/// <summary>
/// A PostgreSQL of a test's own: a new cluster in a temporary folder, on a unix socket only, with Shiplog's database made
/// by <c>db/apply</c>, and removed afterwards.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin/";

    private static readonly bool IsRoot = Environment.UserName == "root";

    private Cluster(string home)
    {
        Home = home;
        Instance = Instance.Load(home);
    }

    public string Home { get; }

    public Instance Instance { get; }

    public static string Repository { get; } = FindRepository();

    private string Data => Path.Combine(Home, "pg");

    public static async Task<Cluster> StartAsync(string http = "127.0.0.1:0")
    {
        // Socket paths are short: 107 bytes at most (unix(7)).
        var home = Directory.CreateTempSubdirectory("slt-").FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "shiplog.json"), $$"""{ "http": "{{http}}", "bip": "10.77.0.1/16" }""");
        var cluster = new Cluster(home);
        Directory.CreateDirectory(cluster.Instance.PostgresSocketFolder);
        Directory.CreateDirectory(cluster.Instance.ServerRunFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(cluster.Instance.WorkerSocket)!);
        if (IsRoot)
            await RunAsync("chown", "-R", "postgres", home);
        // A server that another test starts in this process changes the umask for a moment: without x nobody enters a folder.
        await RunAsync("chmod", "-R", "u+rwX,go+rX", home);
        await RunAsync("chmod", "711", home);
        try
        {
            await PostgresAsync("initdb", "-D", cluster.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--no-instructions");
            await cluster.StartPostgresAsync();
            await RunAsync(Path.Combine(Repository, "db", "apply"), cluster.Instance.PostgresSocketFolder);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
        return cluster;
    }

    public async Task StartPostgresAsync()
    {
        var log = Path.Combine(Data, "log");
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                await PostgresAsync(
                    "pg_ctl", "-D", Data, "-w", "-s", "-l", log,
                    "-o", $"-c listen_addresses= -c unix_socket_directories={Instance.PostgresSocketFolder} -c shared_buffers=16MB -c fsync=off", "start");
                return;
            }
            catch (InvalidOperationException e)
            {
                // What a server that was stopped at once has left (memory, lock files) may still be in the way for a moment.
                if (began.Elapsed > Eventually.Patience)
                    throw new InvalidOperationException($"{e.Message}\n{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}", e);
            }
        }
    }

    /// <summary>At once, as if the machine had lost power.</summary>
    public Task StopPostgresAsync() => PostgresAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");

    public async Task<string> PsqlAsync(string sql, string role = "postgres") => await RunAsync(
        "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", Instance.PostgresSocketFolder, "-U", role, "-d", "shiplog", "-c", sql);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await StopPostgresAsync();
        Directory.Delete(Home, recursive: true);
    }

    private static Task<string> PostgresAsync(string program, params string[] arguments) => IsRoot
        ? RunAsync("runuser", ["-u", "postgres", "--", Binaries + program, .. arguments])
        : RunAsync(Binaries + program, arguments);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        // pg_ctl's server keeps the pipes open, so the end of the program is not the end of its output.
        var background = program == "runuser" || program.EndsWith("pg_ctl", StringComparison.Ordinal);
        var output = background ? Task.FromResult("") : process.StandardOutput.ReadToEndAsync();
        var error = background ? Task.FromResult("") : process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? (await output).TrimEnd('\n')
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {await error}");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("no folder above the tests has Platform.sln");
    }
}
