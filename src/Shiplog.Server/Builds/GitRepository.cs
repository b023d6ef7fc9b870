using System.Diagnostics;
using System.Formats.Tar;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Builds;

/// <summary>A commit of a git repository as a build's context (docker build, "Git repositories").</summary>
/// <param name="Ref">Branch, tag or commit; empty for the repository's own choice.</param>
/// <param name="Folder">Within the repository; empty for its root.</param>
internal sealed partial record GitRepository(string Url, string Ref, string Folder)
{
    // Never those that run a program of the URL's choice, or read files of this host.
    private const string Protocols = "git:http:https:ssh";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary><see langword="null"/> for what is no repository's URL by Docker's rules.</summary>
    public static GitRepository? TryParse(string remote)
    {
        var hash = remote.IndexOf('#', StringComparison.Ordinal);
        var url = hash < 0 ? remote : remote[..hash];
        if (url.StartsWith("github.com/", StringComparison.Ordinal))
            url = "https://" + url;
        if (!Repository().IsMatch(url))
            return null;
        var parts = hash < 0 ? [""] : remote[(hash + 1)..].Split(':', 2);
        return new GitRepository(url, parts[0], parts is [_, var folder] ? folder : "");
    }

    /// <summary>Only this commit, with its submodules, without git's own files.</summary>
    /// <exception cref="BuildException">It cannot be had.</exception>
    public async Task<RemoteContext> FetchAsync(CancellationToken cancellation)
    {
        if (Ref.StartsWith('-'))
            throw BuildException.Invalid($"invalid refspec: {Ref}");
        var home = Directory.CreateTempSubdirectory("shiplog-git-");
        try
        {
            var tree = Path.Combine(home.FullName, "tree");
            await RunAsync(home.FullName, home.FullName, cancellation, "init", "--quiet", tree);
            await RunAsync(home.FullName, tree, cancellation, "fetch", "--quiet", "--depth", "1", "--recurse-submodules=no", "--", Url, Ref is "" ? "HEAD" : Ref);
            await RunAsync(home.FullName, tree, cancellation, "checkout", "--quiet", "--detach", "FETCH_HEAD");
            await RunAsync(home.FullName, tree, cancellation, "submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1");
            var commit = (await RunAsync(home.FullName, tree, cancellation, "rev-parse", "HEAD")).Trim();
            Directory.Delete(Path.Combine(tree, ".git"), recursive: true);
            var archive = Path.Combine(home.FullName, "context.tar");
            await TarFile.CreateFromDirectoryAsync(FolderIn(tree), archive, includeBaseDirectory: false, cancellation);
            var file = File.OpenRead(archive);
            return new RemoteContext(new Fetched(home, file), file, null, commit);
        }
        catch
        {
            home.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Not by a link: that could lead anywhere on this host.</summary>
    private string FolderIn(string tree)
    {
        var path = tree;
        foreach (var part in Folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = part is ".." ? throw BuildException.Invalid($"the folder {Folder} is not within the repository") : Path.Combine(path, part);
            if (!Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
                throw BuildException.Invalid($"the repository {Url} has no folder {Folder}");
        }
        return path;
    }

    private async Task<string> RunAsync(string home, string folder, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "protocol.version=2", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in ((string, string)[])
            [("HOME", home), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_ALLOW_PROTOCOL", Protocols), ("GIT_LFS_SKIP_SMUDGE", "1"), ("LC_ALL", "C")])
            start.Environment[name] = value;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var git = Started(start);
        git.StandardInput.Close();
        try
        {
            var (output, errors) = (git.StandardOutput.ReadToEndAsync(limit.Token), git.StandardError.ReadToEndAsync(limit.Token));
            await git.WaitForExitAsync(limit.Token);
            var (said, complaint) = (await output, await errors);
            return git.ExitCode == 0 ? said : throw new BuildException(FailureKind.Unavailable, $"git {arguments[0]} of {Url} failed: {complaint.Trim().ReplaceLineEndings(" ")}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BuildException(FailureKind.Unavailable, $"git {arguments[0]} of {Url} did not end within {Patience.TotalMinutes} minutes");
        }
        finally
        {
            if (!git.HasExited)
                git.Kill(entireProcessTree: true);
        }
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BuildException(FailureKind.Unavailable, $"git cannot be run ({e.Message}): install the package git to build from repositories");
        }
    }

    [GeneratedRegex("^(git://|git@|ssh://|https?://[^#]+\\.git$|https://github\\.com/)")]
    private static partial Regex Repository();

    /// <summary>The files of a commit, deleted when they have been read.</summary>
    private sealed class Fetched(DirectoryInfo home, FileStream archive) : IDisposable
    {
        public void Dispose()
        {
            archive.Dispose();
            home.Delete(recursive: true);
        }
    }
}
