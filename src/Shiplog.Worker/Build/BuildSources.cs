using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>Finds what COPY and ADD name: in the build's context, in an image, on the network.</summary>
internal sealed class BuildSources(ContentStore store, BuildDownloads downloads)
{
    /// <exception cref="OrderException">Something is not there, or must not be copied so; in Docker's words where it has some.</exception>
    public async Task<FoundSources> FindAsync(BuildUse build, BuildCopy copy, CancellationToken cancellation)
    {
        // A name that were a path would lead through the image's links.
        if (copy.Files.FirstOrDefault(f => f.Name is "" or "." or ".." || f.Name.AsSpan().ContainsAny('/', '\0')) is { } nameless)
            throw Failed(copy, $"\"{nameless.Name}\" is no name for a file");
        var found = new FoundSources(copy.Files, Excludes(copy));
        try
        {
            var tree = found.Hold(copy.FromImageId is { } image
                ? new SourceTree(Layers(copy, found.Hold(store.Lease()), image), isFixed: false) // Its layers may be deleted, and their numbers go to other files.
                : new SourceTree(Context(build), isFixed: true));
            foreach (var source in copy.Sources)
            {
                if (IsUrl(source))
                    found.Sources.Add(await DownloadedAsync(build, copy, source, found, cancellation));
                else
                    Find(copy, tree, source, found.Sources);
            }
            if (found.Count == 0)
                throw Failed(copy, "no source files were specified");
            if (found.Count > 1 && !copy.Parents && !CopyDestination.IsFolder(copy.Destination))
                throw Invalid($"When using {copy.Instruction} with more than one source file, the destination must be a directory and end with a /");
            return found;
        }
        catch
        {
            found.Dispose();
            throw;
        }
    }

    private static string[] Context(BuildUse build) => Directory.Exists(build.Paths.Context) ? [build.Paths.Context] : [];

    private IEnumerable<string> Layers(BuildCopy copy, ContentLease lease, string imageId)
    {
        lease.PinBlob(imageId);
        var image = store.Images.Find(imageId) ?? throw new OrderException(new OrderFailure(
            BuildStepMaker.Step, FailureKind.NotFound, $"{copy.Instruction} failed: image {imageId} is not on this host: pull it again"));
        foreach (var layer in image.Layers)
            lease.PinLayer(layer.ChainId);
        return image.Layers.Reverse().Select(l => store.Layers.DiffFolder(l.ChainId));
    }

    private static void Find(BuildCopy copy, SourceTree tree, string text, List<FoundSource> found)
    {
        if (copy.FromImageId is null && LeadsOut(text))
            throw Failed(copy, $"forbidden path outside the build context: {text}");
        try
        {
            var pattern = SourcePattern.Parse(text);
            if (pattern.HasWildcards)
                found.AddRange(pattern.Expand(tree, anyDepth: copy.Parents).Select(path => Take(copy, tree, path, pattern.Pivot)));
            else
                found.Add(Take(copy, tree, [.. pattern.Parts.Select(Encoding.UTF8.GetBytes)], pattern.Pivot));
        }
        catch (Exception e) when (e is FormatException or LinuxException)
        {
            throw Failed(copy, e.Message);
        }
    }

    private static bool LeadsOut(string path)
    {
        var depth = 0;
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries).Any(part => (depth += part switch { "." => 0, ".." => -1, _ => 1 }) < 0);
    }

    private static FoundSource Take(BuildCopy copy, SourceTree tree, byte[][] path, int pivot)
    {
        if (tree.Find(path) is not { } place)
        {
            var error = $"stat {Encoding.UTF8.GetString(LayerPath.Join([.. path]))}: file does not exist";
            throw Failed(copy, copy.FromImageId is null ? "file not found in build context or excluded by .dockerignore: " + error : error);
        }
        // Of a folder what is in it is copied, so its own name is not made; a file's is.
        var most = place.Status.Kind == FileKind.Directory ? path.Length : path.Length - 1;
        return new FoundSource(tree, path, place, copy.Parents ? Math.Min(pivot, most) : most);
    }

    private async Task<FoundSource> DownloadedAsync(BuildUse build, BuildCopy copy, string url, FoundSources found, CancellationToken cancellation)
    {
        if (copy.Instruction != "ADD")
            throw Failed(copy, "source can't be a URL for COPY");
        if (IsGit(url))
            throw Failed(copy, $"{url}: git repositories are not fetched here; clone it into the build context, and COPY it from there");
        var download = await downloads.GetAsync(build, url, cancellation);
        if (download.Name.Length == 0 && CopyDestination.IsFolder(copy.Destination))
            throw Failed(copy, $"cannot determine filename for source {url}");
        var tree = found.Hold(new SourceTree([download.Folder], isFixed: true));
        var place = tree.Find([Download.File]) ?? throw new FileNotFoundException($"the download of {url} is gone");
        var name = download.Name.Length == 0 ? Download.File : Encoding.UTF8.GetBytes(download.Name);
        return new FoundSource(tree, [name], place, 0) { IsDownload = true };
    }

    private static ExcludePatterns Excludes(BuildCopy copy)
    {
        try
        {
            return new ExcludePatterns(copy.Excludes);
        }
        catch (FormatException e)
        {
            throw Failed(copy, e.Message);
        }
    }

    private static bool IsUrl(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal) || IsGit(source);

    // As BuildKit tells them from files on a web server.
    private static bool IsGit(string source) =>
        source.StartsWith("git://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal)
        || source.StartsWith("ssh://", StringComparison.Ordinal)
        || (source.Contains("://", StringComparison.Ordinal) && source.Split('#')[0].EndsWith(".git", StringComparison.Ordinal));

    private static OrderException Failed(BuildCopy copy, string why) => Invalid($"{copy.Instruction} failed: {why}");

    private static OrderException Invalid(string error) => new(new OrderFailure(BuildStepMaker.Step, FailureKind.Invalid, error));
}
