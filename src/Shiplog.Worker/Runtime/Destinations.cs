using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// Where the destinations of mounts are once the links of the image are followed, never out of its root, also where a link
/// points to what is yet to be made. Nobody but the worker has the root before the container runs.
/// </summary>
internal static class Destinations
{
    // As many as the kernel follows (path_resolution(7)).
    private const int MostLinks = 40;

    /// <param name="rootFs">The mounted root.</param>
    /// <param name="kernel">What every container has mounted: behind it the image does not show.</param>
    /// <exception cref="OrderException">One leads into <c>/proc</c>, to the root itself, or nowhere.</exception>
    public static ContainerMount[] Resolve(ContainerMount[] mounts, string rootFs, IEnumerable<string> kernel)
    {
        using var root = FileCalls.OpenRoot(rootFs);
        var covered = kernel.ToHashSet();
        var resolved = new List<ContainerMount>();
        foreach (var mount in mounts)
        {
            var destination = Resolve(root, mount.Destination, covered);
            if (destination is "/" || (IsProc(destination) && !IsProc(mount.Destination)))
            {
                throw Refused(
                    $"the destination {mount.Destination} leads to {destination}: \"{destination}\" cannot be mounted because it is inside /proc or the root; look for a symbolic link on its way");
            }

            covered.Add(destination);
            resolved.Add(mount with { Destination = destination });
        }

        return [.. resolved];
    }

    private static string Resolve(SafeFileHandle root, string path, HashSet<string> covered)
    {
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var found = new List<string>();
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "..")
            {
                if (found.Count > 0)
                    found.RemoveAt(found.Count - 1);
                continue;
            }

            if (part is ".")
                continue;
            if (!covered.Contains("/" + string.Join('/', found)) && LinkAt(root, found, part) is { } target)
            {
                if (++links > MostLinks)
                    throw Refused($"the destination {path} goes round in a circle of symbolic links");
                if (target.StartsWith('/'))
                    found.Clear();
                foreach (var next in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                    rest.Push(next);
                continue;
            }

            found.Add(part);
        }

        return "/" + string.Join('/', found);
    }

    /// <summary>What a link says; <see langword="null"/> where there is none.</summary>
    private static string? LinkAt(SafeFileHandle root, List<string> folder, string name)
    {
        using var parent = FileCalls.OpenDirectoryIn(root, Encoding.UTF8.GetBytes(string.Join('/', folder)));
        if (parent is null || FileCalls.TryStatus(parent, Encoding.UTF8.GetBytes(name)) is not { Kind: FileKind.Symlink })
            return null;
        return Encoding.UTF8.GetString(FileCalls.ReadLink(parent, Encoding.UTF8.GetBytes(name)));
    }

    private static bool IsProc(string path) => path == "/proc" || path.StartsWith("/proc/", StringComparison.Ordinal);

    private static OrderException Refused(string error) => new(new OrderFailure("StartContainer", FailureKind.Invalid, error, 128));
}
