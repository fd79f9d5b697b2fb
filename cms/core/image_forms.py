"""An image sent to the publishing tools is really one: broken files and bombs get a sentence."""

import warnings
from typing import Any

import PIL.Image
from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm


class SoundImageField(WagtailImageField):
    """Wagtail recognises an image by its first bytes, then lets what cannot be decoded fail."""

    def check_image_pixel_size(self, f: Any) -> None:
        """Raise ValidationError when the file is too large once decoded, or cannot be decoded to its end."""
        try:
            f.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
                with PIL.Image.open(f) as image:  # reads the header alone
                    if image.width * image.height > self.max_image_pixels:
                        raise PIL.Image.DecompressionBombError
            super().check_image_pixel_size(f)
        except ValidationError:
            raise
        except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
            most = self.max_image_pixels // 1_000_000
            raise ValidationError(
                f"Cette image est trop grande : {most} millions de points au plus, soit par exemple 8 000 sur 5 000.",
                code="file_too_many_pixels",
            ) from error
        except Exception as error:
            # Each decoder fails in its own way, down to SyntaxError.
            raise ValidationError(
                "Cette image est abîmée ou incomplète : elle ne peut pas être lue. "
                "Enregistrez-la à nouveau depuis son logiciel, puis renvoyez-la.",
                code="invalid_image",
            ) from error
        finally:
            f.seek(0)


class ImageForm(BaseImageForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = SoundImageField(
                label=field.label, help_text=field.help_text, required=field.required, widget=field.widget
            )
