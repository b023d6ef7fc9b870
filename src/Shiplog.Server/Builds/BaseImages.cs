using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>The images that a build begins with or copies from: here, or pulled.</summary>
internal sealed class BaseImages(IEventLog log, ImagePulls pulls)
{
    /// <summary>All of them, before anything is done: a build that lacks one should fail at once.</summary>
    /// <returns>By the names in the Dockerfile.</returns>
    /// <exception cref="BuildException">One is nowhere.</exception>
    public async Task<IReadOnlyDictionary<string, Image>> GetAllAsync(
        BuildStage[] stages, Dockerfile file, IReadOnlyDictionary<string, string> global, BuildRequest asked, BuildOutput output, DockerRequest request)
    {
        var images = new Dictionary<string, Image>();
        foreach (var stage in stages)
        {
            var name = BaseNames.Of(stage, file, global);
            string?[] named = [name is BaseNames.Scratch ? null : name, .. stage.Instructions.Where(i => i.Keyword is "COPY").Select(i => i.Flag("from"))];
            foreach (var image in named.OfType<string>().Where(n => file.StageOf(n, stage.Index) is null && !images.ContainsKey(n)))
            {
                var platform = image == name && stage.Platform is { } own ? BaseNames.Expanded(own, file, global) : asked.Options.Platform;
                images[image] = await GetAsync(image, platform, asked, output, request);
            }
        }
        return images;
    }

    /// <param name="platform">What it is to run on; <see langword="null"/> for this host.</param>
    private async Task<Image> GetAsync(string name, string? platform, BuildRequest asked, BuildOutput output, DockerRequest request)
    {
        if (!asked.Options.Pull && await log.FindImageAsync(name, request.Cancellation) is { } here && (platform is null || ImageWire.ConfigOf(here).Fits(platform)))
            return here;
        if (!ImageReference.TryParse(name, out var reference, out var error))
            throw BuildException.Invalid($"failed to parse image name \"{name}\": {error}");
        if (!await pulls.PullAsync(reference, platform, RegistryAuth.OfConfig(request.Http.Request, reference.Domain), output.IsQuiet, request))
            throw new BuildException(FailureKind.NotFound, $"the image {reference.Familiar} could not be pulled") { Told = true };
        return await log.FindImageAsync(reference.ToString(), request.Cancellation)
            ?? throw new BuildException(FailureKind.NotFound, $"the image {reference.Familiar} is gone again");
    }
}

/// <summary>What FROM names.</summary>
internal static class BaseNames
{
    /// <summary>The name of nothing.</summary>
    public const string Scratch = "scratch";

    /// <exception cref="BuildException">It names nothing.</exception>
    public static string Of(BuildStage stage, Dockerfile file, IReadOnlyDictionary<string, string> global) =>
        Expanded(stage.From, file, global) is { Length: > 0 } name ? name : throw BuildException.Invalid($"base name ({stage.From}) should not be blank");

    /// <exception cref="BuildException">It cannot be expanded.</exception>
    public static string Expanded(string text, Dockerfile file, IReadOnlyDictionary<string, string> global) =>
        Words.TryExpand(text, global.GetValueOrDefault, file.Escape, out var expanded, out var error) ? expanded : throw BuildException.Invalid(error);
}
